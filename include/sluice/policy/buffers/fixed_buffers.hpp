// SPDX-License-Identifier: MIT
//
// Buffers inside the connection, of sizes known to the compiler: no heap, ever.
#pragma once

#include <array>

#include <sluice/base/interval_set.hpp>
#include <sluice/base/memory.hpp>
#include <sluice/base/octet_ring.hpp>
#include <sluice/base/payload.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/tcb/in_flight.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice {

/// The pool of buffers that share nothing.
struct no_pool {
    constexpr explicit no_pool(const auto& /*policy*/) {}
};

/// Octets from SND.UNA on: sent or waiting.
template <std::size_t Capacity>
class fixed_send_buffer {
public:
    static constexpr std::size_t capacity() { return Capacity; }
    constexpr std::size_t size() const { return size_; }
    constexpr std::size_t free() const { return Capacity - size_; }

    /// Takes as much as there is room for and says how much.
    constexpr std::size_t append(no_pool&, octets data) {
        const std::size_t taken = std::min(data.size(), free());
        ring_.write(size_, data.first(taken));
        size_ += taken;
        return taken;
    }
    /// Where the next octets, up to `most`, may be written in one piece; they count when they are committed.
    constexpr mutable_octets reserve(no_pool&, std::size_t most) { return ring_.room(size_, std::min(most, free())); }
    constexpr void commit(no_pool&, std::size_t length) { size_ += length; }
    constexpr std::size_t most_to_commit() const { return free(); }

    /// Lends a packet the octets where they lie, from `offset` on; as many as it has spans for, and says how many.
    constexpr std::size_t lend(std::size_t offset, std::size_t length, tx_packet& to) const {
        const auto [first, second] = ring_.view(offset, length);
        to.borrow(first);
        to.borrow(second);
        return length;
    }
    constexpr void drop(no_pool&, std::size_t length) {
        ring_.drop(length);
        size_ -= length;
    }
    constexpr void clear(no_pool&) { size_ = 0; }

private:
    octet_ring<Capacity> ring_;
    std::size_t size_ = 0;
};

/// Octets that the application has not read yet, and behind them out-of-order ones in their places.
template <std::size_t Capacity>
class fixed_receive_buffer {
public:
    static constexpr std::size_t capacity() { return Capacity; }
    static constexpr std::size_t largest(const auto& /*policy*/) { return Capacity; }  // that capacity() will ever be
    constexpr std::size_t size() const { return size_; }
    constexpr std::size_t free() const { return Capacity - size_; }

    /// Puts octets `offset` past the last one in order; they count when they are committed. False: no memory for them.
    constexpr bool write(no_pool&, std::size_t offset, payload text) {
        ring_.write(size_ + offset, text.data);
        return true;
    }
    constexpr void commit(std::size_t length) { size_ += length; }

    /// What can be read in one piece, where it lies.
    constexpr octets peek() const { return ring_.view(0, size_).first; }
    constexpr void consume(no_pool&, std::size_t length) {
        ring_.drop(length);
        size_ -= length;
    }
    constexpr std::size_t read(no_pool& pool, mutable_octets to) {
        const std::size_t taken = std::min(to.size(), size_);
        ring_.read(0, to.first(taken));
        consume(pool, taken);
        return taken;
    }
    constexpr void clear(no_pool&) { size_ = 0; }

private:
    octet_ring<Capacity> ring_;
    std::size_t size_ = 0;
};

template <std::size_t Send = 65536, std::size_t Receive = 65535, std::size_t Records = 256, std::size_t Intervals = 64,
          memory_source Memory = heap>
struct fixed_buffers {
    using slot = buffers_slot;
    using pool = no_pool;
    using send_buffer = fixed_send_buffer<Send>;
    using receive_buffer = fixed_receive_buffer<Receive>;
    using records = std::array<in_flight_record, Records>;
    using intervals = interval_set<seq, Intervals>;
    using memory_type = Memory;  // of a stack's tables
    static constexpr std::size_t replies = 8;

    [[no_unique_address]] Memory source{};
};

}  // namespace sluice
