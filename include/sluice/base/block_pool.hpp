// SPDX-License-Identifier: MIT
//
// Blocks of memory in sizes of powers of two, for everything of a stack's that comes and goes: octets that wait,
// records, tables. What was given back last is handed out first, while it is still in the caches. What is handed out
// counts towards a limit; beyond it the answer is no. Memory goes back to its source only when it is trimmed, or at the
// end.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <utility>

#include <sluice/base/memory.hpp>

namespace sluice {

template <memory_source Memory = heap>
class block_pool {
public:
    static constexpr std::size_t smallest = 256;
    static constexpr std::size_t chunk = 16384;  // smaller blocks are cut from one

    explicit block_pool(std::size_t limit, Memory source = {}) : source_(source), limit_(limit) {}
    block_pool(const block_pool&) = delete;
    block_pool(block_pool&& from) noexcept
        : source_(from.source_),
          limit_(from.limit_),
          in_use_(std::exchange(from.in_use_, 0)),
          held_(std::exchange(from.held_, 0)),
          everything_(std::exchange(from.everything_, nullptr)),
          unused_(std::exchange(from.unused_, {})) {}
    block_pool& operator=(const block_pool&) = delete;
    ~block_pool() {
        while (everything_) release(everything_);
    }

    /// What a block for so many octets really holds.
    static constexpr std::size_t size_of(std::size_t wanted) { return std::bit_ceil(std::max(wanted, smallest)); }

    std::size_t limit() const { return limit_; }
    std::size_t in_use() const { return in_use_; }
    /// Taken from the source, and not given back to it.
    std::size_t held() const { return held_; }
    /// Three quarters are in use: nobody's window or buffer grows any more.
    bool is_scarce() const { return in_use_ > limit_ / 4 * 3; }
    /// With so much more, the last eighth would be touched, or the last two chunks: they are for text in order and for
    /// records of what is in flight, without which nothing becomes free.
    bool is_short(std::size_t wanted = 0) const { return in_use_ + wanted + std::max(limit_ / 8, 2 * chunk) > limit_; }

    /// nullptr: no.
    void* take(std::size_t wanted) {
        const std::size_t size = size_of(wanted);
        if (size > limit_ - in_use_) return nullptr;
        void* const block = unused(size) ? pop(size) : make(size);
        if (block) in_use_ += size;
        return block;
    }

    void give(void* block, std::size_t wanted) {
        const std::size_t size = size_of(wanted);
        assert(in_use_ >= size);
        in_use_ -= size;
        push(block, size);
    }

    /// Gives the source what is not in use. Small blocks stay: the chunk that they are cut from may be in use in part.
    void trim() {
        for (std::size_t size = chunk; size != 0 && class_of(size) < unused_.size(); size *= 2)
            while (unused(size)) release(header_of(pop(size)));
    }

private:
    /// In front of each piece of memory that came from the source; blocks stay aligned to cache lines.
    struct alignas(64) header {
        header* before;
        header* after;
        std::size_t size;
    };
    struct free_block {
        free_block* next;
    };
    static constexpr std::size_t class_of(std::size_t size) {
        return static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(smallest));
    }
    static header* header_of(void* block) { return static_cast<header*>(block) - 1; }

    free_block*& unused(std::size_t size) { return unused_[class_of(size)]; }
    void* pop(std::size_t size) { return std::exchange(unused(size), unused(size)->next); }
    void push(void* block, std::size_t size) { unused(size) = new (block) free_block{unused(size)}; }

    void* make(std::size_t size) {
        if (size >= chunk) return fetch(size);
        void* const whole = unused(chunk) ? pop(chunk) : fetch(chunk);
        if (!whole) return nullptr;
        for (std::size_t at = chunk - size; at > 0; at -= size) push(static_cast<char*>(whole) + at, size);
        return whole;
    }

    void* fetch(std::size_t size) {
        void* const memory = source_.allocate(sizeof(header) + size);
        if (!memory) return nullptr;
        held_ += size;
        header* const h = new (memory) header{nullptr, everything_, size};
        if (everything_) everything_->before = h;
        everything_ = h;
        return h + 1;
    }

    void release(header* h) {
        (h->before ? h->before->after : everything_) = h->after;
        if (h->after) h->after->before = h->before;
        held_ -= h->size;
        source_.release(h, sizeof(header) + h->size);
    }

    [[no_unique_address]] Memory source_;
    std::size_t limit_;
    std::size_t in_use_ = 0;
    std::size_t held_ = 0;
    header* everything_ = nullptr;
    std::array<free_block*, 32> unused_{};  // by size, from `smallest` on
};

}  // namespace sluice
