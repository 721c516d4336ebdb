// SPDX-License-Identifier: MIT
// A source of memory for tests: the heap, with each call counted, so that nothing can leak unseen. It says no while it is
// told to, or at just one call.
#pragma once

#include <cstddef>
#include <cstdint>

#include <sluice/base/memory.hpp>

namespace sluice::test {

/// What the copies of one source share.
struct call_books {
    std::uint64_t allocations = 0;
    std::uint64_t releases = 0;
    std::size_t octets = 0;  // that are out
    std::uint64_t refuse_at = 0;  // the n-th call from 1 on is refused; 0: none is
    bool refuse_all = false;
};

struct counting_memory {
    call_books* books = nullptr;

    void* allocate(std::size_t size) {
        ++books->allocations;
        if (books->refuse_all || books->allocations == books->refuse_at) return nullptr;
        books->octets += size;
        return heap().allocate(size);
    }
    void release(void* block, std::size_t size) {
        ++books->releases;
        books->octets -= size;
        heap().release(block, size);
    }
};
static_assert(memory_source<counting_memory>);

}  // namespace sluice::test
