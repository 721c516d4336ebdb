// SPDX-License-Identifier: MIT
// A source of memory that keeps books, hands out blocks full of rubbish, and says no when it is told to.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>

#include <sluice/base/memory.hpp>

namespace sluice::test {

struct memory_books {
    std::map<void*, std::size_t> blocks;  // that are out, and their sizes
    std::size_t octets = 0;               // in them
    std::size_t calls = 0;
    std::size_t refused_call = 0;  // the first is number 1
    std::size_t last_refused = 0;

    void refuse(std::size_t call, std::size_t and_after = 0) {
        refused_call = calls + call;
        last_refused = refused_call + and_after;
    }
    void refuse_nothing() { refused_call = last_refused = 0; }
    bool refuses() const { return refused_call <= calls && calls <= last_refused; }
};

struct metered {
    memory_books* books = nullptr;

    void* allocate(std::size_t size) {
        ++books->calls;
        if (books->refuses()) return nullptr;
        void* const block = heap{}.allocate(size);
        std::fill_n(static_cast<unsigned char*>(block), size, static_cast<unsigned char>(0xa5));
        books->blocks.emplace(block, size);
        books->octets += size;
        return block;
    }
    void release(void* block, std::size_t size) {
        const auto held = books->blocks.find(block);
        REQUIRE(held != books->blocks.end());
        CHECK(held->second == size);
        books->octets -= size;
        books->blocks.erase(held);
        heap{}.release(block, size);
    }
};
static_assert(memory_source<metered>);

}  // namespace sluice::test
