// SPDX-License-Identifier: MIT
// A link around a link: UDP that comes goes to somebody else, who may also send whole packets of its own.
#pragma once

#include <sluice/host/packet_link.hpp>
#include <sluice/io/wire_form.hpp>

#include <algorithm>
#include <functional>

namespace gateway {

using namespace sluice;

template <packet_link Link>
class aside {
public:
    /// Called for the payload of each packet, with its checksum's state; it lasts as long as the call.
    using taker = std::function<void(const ip_meta&, octets, checksum_state)>;

    explicit aside(Link& link) : link_(link) {}

    void gives(taker to) { to_ = std::move(to); }
    /// Lost, as on any network, where there is no room for it.
    void send(octets packet) {
        const tx_packet whole = io::finished_packet(packet);
        static_cast<void>(link_.transmit({&whole, 1}));
    }

    // ---- packet_link ------------------------------------------------------------------------------------------------

    instant now() const { return link_.now(); }
    link_capabilities capabilities() const { return link_.capabilities(); }
    std::size_t transmit(std::span<const tx_packet> packets) { return link_.transmit(packets); }
    void wait(instant deadline) { link_.wait(deadline); }
    bool is_gone() const
        requires requires(const Link& l) { l.is_gone(); }
    {
        return link_.is_gone();
    }
    std::size_t receive(std::span<rx_packet> room) {
        const std::size_t count = link_.receive(room);
        const auto is_taken = [&](const rx_packet& each) {
            ip_meta ip;
            const ip_extent extent = read_ip(each.data, each.data.size(), ip);
            if (extent.protocol != protocol_udp || extent.is_fragment) return false;
            if (to_) to_(ip, each.data.first(extent.total_length).subspan(extent.header_length), each.checksum);
            return true;
        };
        const auto came = room.first(count);
        return static_cast<std::size_t>(std::remove_if(came.begin(), came.end(), is_taken) - came.begin());
    }

private:
    Link& link_;
    taker to_;
};

}  // namespace gateway
