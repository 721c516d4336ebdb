// SPDX-License-Identifier: MIT
// A source of memory for tests: the heap, with books kept, so that nothing can leak unseen. It hands out blocks full of
// rubbish, and says no when it is told to.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include <sluice/base/memory.hpp>

namespace sluice::test {

/// What the copies of one source share.
struct memory_books {
    std::uint64_t allocations = 0;  // those that were refused, too
    std::uint64_t releases = 0;
    std::size_t octets = 0;         // that are out
    std::uint64_t refuse_at = 0;    // the n-th call from 1 on is refused; 0: none is
    std::uint64_t refuse_to = 0;    // and those behind it, up to this one
    bool refuse_all = false;

    void refuse(std::uint64_t call, std::uint64_t and_after = 0) {  // counted from now
        refuse_at = allocations + call;
        refuse_to = refuse_at + and_after;
    }
    void refuse_nothing() { refuse_at = refuse_to = 0; }
    bool refuses() const {
        return refuse_all || allocations == refuse_at || (refuse_at < allocations && allocations <= refuse_to);
    }
};

/// These know each block, and need memory for that themselves.
struct block_books : memory_books {
    std::map<void*, std::size_t> blocks;  // that are out, and their sizes
};

template <class Books>
struct basic_metered {
    Books* books = nullptr;

    void* allocate(std::size_t size) {
        ++books->allocations;
        if (books->refuses()) return nullptr;
        void* const block = sluice::heap{}.allocate(size);
        std::fill_n(static_cast<unsigned char*>(block), size, static_cast<unsigned char>(0xa5));
        if constexpr (requires { books->blocks; }) books->blocks.emplace(block, size);
        books->octets += size;
        return block;
    }
    void release(void* block, std::size_t size) {
        if constexpr (requires { books->blocks; }) {
            const auto held = books->blocks.find(block);
            REQUIRE(held != books->blocks.end());
            CHECK(held->second == size);
            books->blocks.erase(held);
        }
        ++books->releases;
        books->octets -= size;
        sluice::heap{}.release(block, size);
    }
};
using metered = basic_metered<memory_books>;
using metered_by_block = basic_metered<block_books>;
static_assert(memory_source<metered> && memory_source<metered_by_block>);

}  // namespace sluice::test
