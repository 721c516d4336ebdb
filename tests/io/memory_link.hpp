// SPDX-License-Identifier: MIT
// A link in memory whose clock stands until it is told: what was transmitted can be looked at, and what is to be
// received is put in by hand.
#pragma once

#include <deque>
#include <vector>

#include <sluice/host/packet_link.hpp>
#include <sluice/io/wire_form.hpp>

namespace sluice {

struct memory_link {
    instant time{};
    link_capabilities can{};
    std::size_t room = 1000;  // packets that it takes before it is full
    std::deque<std::vector<octet>> coming{};
    std::vector<std::vector<octet>> sent{};
    std::vector<instant> waits{};

    instant now() const { return time; }
    link_capabilities capabilities() const { return can; }
    std::size_t receive(std::span<rx_packet> into) {
        lent_.clear();
        for (; lent_.size() < into.size() && !coming.empty(); coming.pop_front()) lent_.push_back(coming.front());
        for (std::size_t i = 0; i < lent_.size(); ++i) into[i] = {.data = lent_[i], .length = lent_[i].size()};
        return lent_.size();
    }
    std::size_t transmit(std::span<const tx_packet> packets) {
        std::size_t taken = 0;
        for (; taken < packets.size() && room > 0; ++taken, --room)
            form_.of(packets[taken], [&](octets p) { sent.emplace_back(p.begin(), p.end()); });
        return taken;
    }
    void wait(instant deadline) { waits.push_back(deadline); }

private:
    std::vector<std::vector<octet>> lent_;
    io::wire_form form_;
};
static_assert(packet_link<memory_link>);

inline constexpr auto here = ip_address::v4(198, 18, 0, 2), there = ip_address::v4(198, 18, 0, 1);

/// A segment of data from one to the other; larger than `each` octets, it is a super-segment.
inline tx_packet data_packet(octets text, std::uint16_t each = 0, ip_address from = here, ip_address to = there) {
    tx_packet out;
    out.meta = {.source = from, .destination = to};
    out.borrow(text);
    if (each != 0 && text.size() > each) out.segment_size = each;
    write_headers(out, {.source_port = 1, .destination_port = 2, .sequence = seq(1000), .acknowledgment = seq(2000),
                        .flags = flag::ack | flag::psh, .window = 65'535}, {});
    return out;
}

inline std::vector<octet> text_of(std::size_t length) {
    std::vector<octet> out(length);
    for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<octet>(i * 7 + i / 251);
    return out;
}

}  // namespace sluice
