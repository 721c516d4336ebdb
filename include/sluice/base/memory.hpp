// SPDX-License-Identifier: MIT
//
// Where memory comes from, for what grows: a source may answer nullptr, "no", and who asked has to live with it.
// Nothing here throws. A program with memory of its own hands in a source of its own: a small value, often a pointer to
// an arena.
#pragma once

#include <concepts>
#include <cstddef>
#include <new>

namespace sluice {

/// Blocks are aligned to a cache line, and come back with the size that was asked for.
template <class M>
concept memory_source = std::default_initializable<M> && std::copyable<M> &&
    requires(M& m, void* block, std::size_t size) {
    { m.allocate(size) } -> std::same_as<void*>;
    m.release(block, size);
};

struct heap {
    static constexpr std::align_val_t alignment{64};
    void* allocate(std::size_t size) { return ::operator new(size, alignment, std::nothrow); }
    void release(void* block, std::size_t) { ::operator delete(block, alignment); }
};
static_assert(memory_source<heap>);

}  // namespace sluice
