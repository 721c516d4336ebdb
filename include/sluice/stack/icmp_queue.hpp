// SPDX-License-Identifier: MIT
//
// ICMP messages that wait to leave, with the octets they carry: of echo requests all, of what an error is about the
// beginning. Bounded in number and in octets, and errors in time, too, as RFC 4443 section 2.4 (f) has it: what finds
// no place is dropped, and its cause will come again. It must not know why they are sent.
#pragma once

#include <array>
#include <cassert>
#include <utility>

#include <sluice/base/memory.hpp>
#include <sluice/base/random.hpp>
#include <sluice/base/time.hpp>
#include <sluice/wire/icmp.hpp>

namespace sluice {

struct icmp_to_send {
    ip_meta ip{};
    octet type = 0;
    octet code = 0;
    std::uint32_t rest = 0;
    octets body{};
};

template <memory_source Memory = heap>
class icmp_queue {
public:
    static constexpr std::size_t most = 16;
    static constexpr std::size_t room = 16384;  // octets; memory is taken for them once the first comes

    explicit icmp_queue(Memory memory = {}) : memory_(memory) {}
    icmp_queue(icmp_queue&& other) noexcept
        : memory_(other.memory_)
        , block_(std::exchange(other.block_, nullptr))
        , waiting_(other.waiting_)
        , first_(other.first_)
        , size_(std::exchange(other.size_, 0))
        , used_(other.used_)
        , free_at_(other.free_at_) {}
    icmp_queue& operator=(icmp_queue other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(block_, other.block_);
        std::swap(waiting_, other.waiting_);
        std::swap(first_, other.first_);
        std::swap(size_, other.size_);
        std::swap(used_, other.used_);
        std::swap(free_at_, other.free_at_);
        return *this;
    }
    ~icmp_queue() {
        if (block_ != nullptr) memory_.release(block_, room);
    }

    bool empty() const { return size_ == 0; }

    /// Copies the body. False if there is no place.
    bool push(const icmp_to_send& m) {
        if (size_ == 0) used_ = 0;
        if (size_ == most || m.body.size() > room - used_) return false;
        if (block_ == nullptr) block_ = static_cast<octet*>(memory_.allocate(room));
        if (block_ == nullptr) return false;
        const mutable_octets place(block_ + used_, m.body.size());
        copy(m.body, place);
        used_ += m.body.size();
        icmp_to_send& kept = waiting_[(first_ + size_++) % most];
        kept = m;
        kept.body = place;
        return true;
    }

    /// The packet borrows its body, until something is pushed.
    void pop(tx_packet& out) {
        assert(!empty());
        const icmp_to_send& m = waiting_[first_];
        first_ = (first_ + 1) % most;
        --size_;
        out.begin(m.ip);
        out.borrow(m.body);
        icmp::finish(out, m.type, m.code, m.rest);
    }

    /// Whether one more error may be sent now, of so many a second, and as many at once. Each counts as one or two, by
    /// chance: who could count how many are left would learn what others ask (CVE-2020-25705).
    bool may_send_error(instant now, std::uint16_t each_second, seeded_random& random) {
        if (each_second == 0) return false;
        const duration interval = duration(1s) / each_second;
        if (free_at_ > now + 1s - interval) return false;
        free_at_ = std::max(free_at_, now) + interval * (1 + static_cast<int>(random.below(2)));
        return true;
    }

private:
    [[no_unique_address]] Memory memory_;
    octet* block_ = nullptr;
    std::array<icmp_to_send, most> waiting_{};
    std::size_t first_ = 0, size_ = 0;
    std::size_t used_ = 0;  // octets of the block
    instant free_at_{};     // errors sent count until then
};

}  // namespace sluice
