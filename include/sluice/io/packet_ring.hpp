// SPDX-License-Identifier: MIT
//
// One direction of a packet socket's memory that is shared with the kernel (Linux, packet_mmap.txt, TPACKET_V2): frames
// one after the other, each for as long in the hands of one side as its status says. V2 and not V3, which hands frames
// over by whole blocks and so up to a millisecond late. A frame has room for the largest packet that IP knows, since
// what comes may have been put together from many (GRO).
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <linux/if_packet.h>
#include <sys/mman.h>

#include <sluice/base/bytes.hpp>

namespace sluice::io {

class packet_ring {
public:
    static constexpr unsigned block_length = 1 << 20, frames_a_block = 15;
    static constexpr unsigned frame_length = block_length / frames_a_block / TPACKET_ALIGNMENT * TPACKET_ALIGNMENT;
    static constexpr std::size_t header_length =
        (sizeof(tpacket2_hdr) + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT * TPACKET_ALIGNMENT;

    packet_ring() = default;
    packet_ring(octet* begin, unsigned blocks) : begin_(begin), size_(blocks * frames_a_block) {}

    static tpacket_req request(unsigned blocks) {
        return {block_length, blocks, frame_length, blocks * frames_a_block};
    }

    std::size_t size() const { return size_; }
    std::size_t next(std::size_t i) const { return i + 1 == size_ ? 0 : i + 1; }
    std::size_t previous(std::size_t i) const { return (i == 0 ? size_ : i) - 1; }

    octet* frame(std::size_t i) const {
        return begin_ + i / frames_a_block * block_length + i % frames_a_block * frame_length;
    }
    tpacket2_hdr& header(std::size_t i) const { return *reinterpret_cast<tpacket2_hdr*>(frame(i)); }
    /// What the other side has written before its status is seen after it, both ways.
    std::uint32_t status(std::size_t i) const {
        return std::atomic_ref(header(i).tp_status).load(std::memory_order_acquire);
    }
    void set_status(std::size_t i, std::uint32_t status) const {
        std::atomic_ref(header(i).tp_status).store(status, std::memory_order_release);
    }

private:
    octet* begin_ = nullptr;
    std::size_t size_ = 0;
};

/// Memory that a descriptor lends, given back by its owner.
class mapping {
public:
    mapping() = default;
    mapping(int of, std::size_t length) : length_(length) {
        void* const got = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, of, 0);
        if (got != MAP_FAILED) begin_ = static_cast<octet*>(got);
    }
    mapping(mapping&& other) noexcept { *this = std::move(other); }
    mapping& operator=(mapping&& other) noexcept {
        std::swap(begin_, other.begin_);
        std::swap(length_, other.length_);
        return *this;
    }
    ~mapping() {
        if (begin_ != nullptr) ::munmap(begin_, length_);
    }

    explicit operator bool() const { return begin_ != nullptr; }
    octet* begin() const { return begin_; }

private:
    octet* begin_ = nullptr;
    std::size_t length_ = 0;
};

}  // namespace sluice::io
