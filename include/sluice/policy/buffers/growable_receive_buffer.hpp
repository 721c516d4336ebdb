// SPDX-License-Identifier: MIT
//
// A receive buffer that takes memory for what arrives, a chunk at a time, in order or far ahead, and gives it back as
// the application reads: nothing that has arrived is ever moved. How much may be offered is a number that tuning
// raises.
#pragma once

#include <sluice/base/block_pool.hpp>
#include <sluice/base/payload.hpp>
#include <sluice/base/pool_array.hpp>

namespace sluice {

class growable_receive_buffer {
public:
    std::size_t capacity() const { return capacity_; }
    static std::size_t largest(const auto& policy) { return std::max(policy.receive, policy.largest_receive); }
    std::size_t size() const { return size_; }
    std::size_t free() const { return capacity_ > size_ ? capacity_ - size_ : 0; }

    void start(const auto& policy) { capacity_ = static_cast<std::uint32_t>(policy.receive); }
    /// What a reader who keeps up with a faster path needs. It never becomes less: the peer has been told.
    void adapt(const auto& pool, const auto& policy, std::size_t wanted) {
        wanted = std::min(wanted, largest(policy));
        if (wanted > capacity_ && !pool.is_scarce()) capacity_ = static_cast<std::uint32_t>(wanted);
    }

    /// Puts octets `offset` past the last one in order; they count when they are committed. False: no memory for them.
    bool write(auto& pool, std::size_t offset, payload text) {
        std::size_t place = size_ + offset;
        const std::size_t end = place + text.length;
        if (end == place) return true;
        if (offset > 0 && pool.is_short()) return false;
        if (!provide(pool, place, end)) {
            give_back_beyond(pool);
            return false;
        }
        reach_ = std::max(reach_, static_cast<std::uint32_t>(end));
        for (octets rest = text.data; !rest.empty();) {
            const mutable_octets to = at(place, rest.size());
            copy(rest.first(to.size()), to);
            rest = rest.subspan(to.size());
            place += to.size();
        }
        return true;
    }
    void commit(std::size_t length) { size_ += static_cast<std::uint32_t>(length); }

    /// Text that waits for what is before it goes, from so many octets past the last one in order on: memory is needed
    /// for what is, or it is not wanted any more.
    void forget_beyond(auto& pool, std::size_t offset = 0) {
        reach_ = size_ + static_cast<std::uint32_t>(offset);
        give_back_beyond(pool);
    }

    /// What can be read in one piece, where it lies.
    octets peek() const {
        if (size_ == 0) return {};
        return {row_[first_] + begin_, std::min<std::size_t>(size_, chunk - begin_)};
    }
    void consume(auto& pool, std::size_t length) {
        size_ -= static_cast<std::uint32_t>(length);
        reach_ -= static_cast<std::uint32_t>(length);
        if (reach_ == 0) return clear(pool);  // idle: it holds neither chunks nor their row
        for (begin_ += static_cast<std::uint32_t>(length); begin_ >= chunk; begin_ -= chunk) {
            give_back(pool, 0);
            first_ = (first_ + 1) & mask();
        }
    }
    std::size_t read(auto& pool, mutable_octets to) {
        std::size_t taken = 0;
        while (taken < to.size() && size_ > 0) {
            const octets from = peek().first(std::min(peek().size(), to.size() - taken));
            copy(from, to.subspan(taken));
            taken += from.size();
            consume(pool, from.size());
        }
        return taken;
    }

    void clear(auto& pool) {
        for (std::size_t i = 0; chunks_ > 0; ++i) give_back(pool, i);
        row_.give_back(pool);
        first_ = begin_ = size_ = reach_ = 0;
    }

private:
    static constexpr std::uint32_t chunk = block_pool<>::chunk;

    // The row goes around; its size is a power of two, since blocks are and pointers are. Where nothing has come:
    // nullptr.
    std::uint32_t mask() const { return static_cast<std::uint32_t>(row_.size()) - 1; }
    octet*& chunk_at(std::size_t i) { return row_[(first_ + i) & mask()]; }

    /// Up to `most` octets of one chunk, `place` past the first unread one.
    mutable_octets at(std::size_t place, std::size_t most) {
        const std::size_t within = (begin_ + place) % chunk;
        return {chunk_at((begin_ + place) / chunk) + within, std::min(most, chunk - within)};
    }

    /// A chunk behind each of [place, end).
    bool provide(auto& pool, std::size_t place, std::size_t end) {
        const std::size_t last = (begin_ + end - 1) / chunk;
        if (last >= row_.size() && !widen(pool, last + 1)) return false;
        for (std::size_t i = (begin_ + place) / chunk; i <= last; ++i)
            if (!chunk_at(i) && !take(pool, i)) return false;
        return true;
    }

    bool widen(auto& pool, std::size_t places) {
        const std::size_t before = row_.size();
        if (!row_.grow(pool, places)) return false;
        std::fill(row_.data() + before, row_.data() + row_.size(), nullptr);
        // What had wrapped around now goes on behind the old end.
        for (std::size_t i = 0; i < first_; ++i) std::swap(row_[i], row_[before + i]);
        return true;
    }

    bool take(auto& pool, std::size_t i) {
        void* const memory = pool.take(chunk);
        if (!memory) return false;
        chunk_at(i) = static_cast<octet*>(memory);
        ++chunks_;
        return true;
    }
    void give_back(auto& pool, std::size_t i) {
        octet*& gone = chunk_at(i);
        if (!gone) return;
        pool.give(std::exchange(gone, nullptr), chunk);
        --chunks_;
    }

    /// Chunks behind all that has come, which wait for nothing.
    void give_back_beyond(auto& pool) {
        if (reach_ == 0) return clear(pool);
        for (std::size_t i = (begin_ + reach_ - 1) / chunk + 1; i < row_.size(); ++i) give_back(pool, i);
    }

    std::uint32_t capacity_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t reach_ = 0;  // how far what has come reaches, in order or not
    std::uint32_t first_ = 0;  // the chunk of the first unread octet, and its place there
    std::uint32_t begin_ = 0;
    std::uint32_t chunks_ = 0;  // that it holds
    pool_array<octet*> row_;
};

}  // namespace sluice
