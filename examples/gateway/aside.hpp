// SPDX-License-Identifier: MIT
// A link around a link: UDP that comes goes to somebody else, who may also send whole packets of its own.
#pragma once

#include <sluice/io/link_around.hpp>
#include <sluice/io/wire_form.hpp>

#include <algorithm>
#include <functional>

namespace gateway {

using namespace sluice;

template <packet_link Link>
class aside : public io::link_around<Link> {
public:
    /// Called for the payload of each packet, with its checksum's state; it lasts as long as the call.
    using taker = std::function<void(const ip_meta&, octets, checksum_state)>;

    explicit aside(Link& link) : io::link_around<Link>(link) {}

    void gives(taker to) { to_ = std::move(to); }
    /// Lost, as on any network, where there is no room for it.
    void send(octets packet) {
        const tx_packet whole = io::finished_packet(packet);
        static_cast<void>(link_.transmit({&whole, 1}));
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
    using io::link_around<Link>::link_;

    taker to_;
};

}  // namespace gateway
