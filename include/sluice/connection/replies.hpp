// SPDX-License-Identifier: MIT
//
// Segments without text that wait outside of every connection: RSTs, and what is said for a connection that is kept as
// a record. One bounded queue has them all.
#pragma once

#include <array>

#include <sluice/wire/accurate_ecn_option.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice {

/// A segment without text that no connection waits to send: a RST, or what a connection says that is kept as a record.
struct reply {
    socket_address local;
    socket_address remote;
    seq sequence{};
    seq acknowledgment{};
    tcp_flags flags{};
    std::uint16_t window = 0;
    tcp_options options{};
    std::uint8_t dscp = 0;
    std::uint8_t hop_limit = 64;
    bool begins_counting = false;  // with RFC 9768's option, as its counts begin
};

/// Bounded, first in first out. What does not fit is dropped: its cause will come again.
template <std::size_t Capacity>
class reply_queue {
public:
    constexpr bool empty() const { return size_ == 0; }
    constexpr bool full() const { return size_ == Capacity; }
    constexpr bool push(const reply& r) {
        if (full()) return false;
        queue_[(first_ + size_++) % queue_.size()] = r;
        return true;
    }
    constexpr reply pop() {
        const reply r = queue_[first_];
        first_ = (first_ + 1) % queue_.size();
        --size_;
        return r;
    }

private:
    std::array<reply, Capacity> queue_{};
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

template <bool HasEcnOption>
constexpr void build(const reply& r, tx_packet& p) {
    p.begin({.source = r.local.address,
             .destination = r.remote.address,
             .dscp = r.dscp,
             .hop_limit = r.hop_limit});
    const tcp_header tcp{.source_port = r.local.port,
                         .destination_port = r.remote.port,
                         .sequence = r.sequence,
                         .acknowledgment = r.acknowledgment,
                         .flags = r.flags,
                         .window = r.window};
    if constexpr (HasEcnOption) {
        if (r.begins_counting) {
            constexpr accurate_ecn_option first{.ect0 = 1, .ce = 0, .ect1 = 1};
            r.options.write(options_of(p));
            first.write(options_of(p).subspan(r.options.length()));
            return finish_headers(p, tcp, r.options.length() + first.length());
        }
    }
    write_headers_with(p, tcp, r.options);
}

}  // namespace sluice
