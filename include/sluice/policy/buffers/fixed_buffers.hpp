// SPDX-License-Identifier: MIT
//
// Buffers inside the connection, of sizes known to the compiler: no heap, ever.
#pragma once

#include <array>

#include <sluice/base/interval_set.hpp>
#include <sluice/base/octet_ring.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/tcb/in_flight.hpp>

namespace sluice {

/// Octets from SND.UNA on: sent or waiting.
template <std::size_t Capacity>
class fixed_send_buffer {
public:
    static constexpr std::size_t capacity() { return Capacity; }
    constexpr std::size_t size() const { return size_; }
    constexpr std::size_t free() const { return Capacity - size_; }

    /// Takes as much as there is room for and says how much.
    constexpr std::size_t append(octets data) {
        const std::size_t taken = std::min(data.size(), free());
        ring_.write(size_, data.first(taken));
        size_ += taken;
        return taken;
    }
    constexpr auto view(std::size_t offset, std::size_t length) const { return ring_.view(offset, length); }
    constexpr void drop(std::size_t length) {
        ring_.drop(length);
        size_ -= length;
    }
    constexpr void clear() { size_ = 0; }

private:
    octet_ring<Capacity> ring_;
    std::size_t size_ = 0;
};

/// Octets that the application has not read yet, and behind them out-of-order ones in their places.
template <std::size_t Capacity>
class fixed_receive_buffer {
public:
    static constexpr std::size_t capacity() { return Capacity; }
    static constexpr std::size_t largest() { return Capacity; }  // that capacity() will ever be
    constexpr std::size_t size() const { return size_; }
    constexpr std::size_t free() const { return Capacity - size_; }

    /// Puts octets `offset` past the last one in order; they count when they are committed.
    constexpr void write(std::size_t offset, octets data) { ring_.write(size_ + offset, data); }
    constexpr void commit(std::size_t length) { size_ += length; }

    constexpr std::size_t read(mutable_octets to) {
        const std::size_t taken = std::min(to.size(), size_);
        ring_.read(0, to.first(taken));
        ring_.drop(taken);
        size_ -= taken;
        return taken;
    }
    constexpr void clear() { size_ = 0; }

private:
    octet_ring<Capacity> ring_;
    std::size_t size_ = 0;
};

template <std::size_t Send = 65536, std::size_t Receive = 65535, std::size_t Records = 256, std::size_t Intervals = 64>
struct fixed_buffers {
    using slot = buffers_slot;
    using send_buffer = fixed_send_buffer<Send>;
    using receive_buffer = fixed_receive_buffer<Receive>;
    using records = std::array<in_flight_record, Records>;
    using intervals = interval_set<seq, Intervals>;
};

}  // namespace sluice
