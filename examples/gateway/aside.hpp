// SPDX-License-Identifier: MIT
// A link around a link: what comes goes to somebody else first, who may keep it, and send whole packets of its own.
#pragma once

#include "fragments.hpp"

#include <sluice/io/link_around.hpp>
#include <sluice/io/wire_form.hpp>

#include <algorithm>
#include <functional>

namespace gateway {

using namespace sluice;

template <packet_link Link>
class aside : public io::link_around<Link> {
public:
    /// Called for the payload of each packet that holds no TCP, with its protocol, its checksum's state and the time;
    /// it lasts as long as the call. True: taken.
    using taker = std::function<bool(const ip_meta&, octet, octets, checksum_state, instant)>;

    explicit aside(Link& link) : io::link_around<Link>(link) {}

    void gives(taker to) { to_ = std::move(to); }
    /// In fragments, if it is too long for one packet. Lost, as on any network, where there is no room for it.
    void send(octets packet) {
        cut_.of(packet, link_.capabilities().mtu, [this](octets each) {
            const tx_packet whole = io::finished_packet(each);
            static_cast<void>(link_.transmit({&whole, 1}));
        });
    }

    std::size_t receive(std::span<rx_packet> room) {
        const std::size_t count = link_.receive(room);
        const instant now = link_.now();
        const auto is_taken = [&](const rx_packet& each) {
            ip_meta ip;
            const ip_extent extent = read_ip(each.data, each.data.size(), ip);
            if (extent.header_length == 0 || extent.is_fragment || extent.protocol == protocol_tcp) return false;
            const octets payload = each.data.first(extent.total_length).subspan(extent.header_length);
            return to_ && to_(ip, extent.protocol, payload, each.checksum, now);
        };
        const auto came = room.first(count);
        return static_cast<std::size_t>(std::remove_if(came.begin(), came.end(), is_taken) - came.begin());
    }

private:
    using io::link_around<Link>::link_;

    taker to_;
    fragments cut_;
};

}  // namespace gateway
