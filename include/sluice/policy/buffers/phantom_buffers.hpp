// SPDX-License-Identifier: MIT
//
// Buffers that count octets and keep none, for long simulations: what is sent is virtual payload, what is read is
// zeros. Records and intervals are real: TCP sees no difference.
#pragma once

#include <sluice/base/payload.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>

namespace sluice {

class phantom_send_buffer {
public:
    std::size_t capacity() const { return capacity_; }
    std::size_t size() const { return size_; }
    std::size_t free() const { return capacity_ - size_; }

    void start(const auto& policy) { capacity_ = policy.send; }
    std::size_t append(auto&, payload text) {
        const std::size_t taken = std::min(text.length, free());
        size_ += taken;
        return taken;
    }
    std::size_t lend(std::size_t, std::size_t length, tx_packet& to) const {
        to.payload_length += static_cast<std::uint32_t>(length);
        return length;
    }
    void drop(auto&, std::size_t length) { size_ -= length; }
    void clear(auto&) { size_ = 0; }

private:
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

class phantom_receive_buffer {
public:
    std::size_t capacity() const { return capacity_; }
    static std::size_t largest(const auto& policy) { return policy.receive; }
    std::size_t size() const { return size_; }
    std::size_t free() const { return capacity_ - size_; }

    void start(const auto& policy) { capacity_ = policy.receive; }
    bool write(auto&, std::size_t, payload) { return true; }
    void commit(std::size_t length) { size_ += length; }
    void consume(auto&, std::size_t length) { size_ -= length; }
    std::size_t read(auto& pool, mutable_octets to) {
        const std::size_t taken = std::min(to.size(), size_);
        std::fill_n(to.begin(), taken, octet{0});
        consume(pool, taken);
        return taken;
    }
    void clear(auto&) { size_ = 0; }

private:
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

struct phantom_buffers {
    using slot = buffers_slot;
    using send_buffer = phantom_send_buffer;
    using receive_buffer = phantom_receive_buffer;
    using records = growable_buffers::records;
    using intervals = growable_buffers::intervals;
    static constexpr bool counts_only = true;
    using memory_type = heap;
    static constexpr std::size_t replies = 256;

    struct pool : block_pool<> {
        explicit pool(const phantom_buffers& policy) : block_pool<>(policy.memory) {}
    };

    std::size_t receive = 64 << 20;  // octets; nothing is kept, so they cost nothing
    std::size_t send = 64 << 20;
    [[no_unique_address]] heap source{};
    std::size_t memory = std::size_t{1} << 30;  // of records and intervals
};

}  // namespace sluice
