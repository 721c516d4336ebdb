// SPDX-License-Identifier: MIT
// A link around a link: what comes goes to somebody else first, who may keep it, and send whole packets of its own.
#pragma once

#include "fragments.hpp"
#include "ip_packet.hpp"

#include <sluice/host/packet_link.hpp>
#include <sluice/io/wire_form.hpp>

#include <functional>

namespace gateway {

template <packet_link Link>
class aside {
public:
    /// Called for each packet that is no TCP, with its checksum's state; it lasts as long as the call. True: taken.
    using taker = std::function<bool(const ip_packet&, checksum_state)>;

    explicit aside(Link& link) : link_(link) {}

    void gives(taker to) { to_ = std::move(to); }
    /// In fragments, if it is too long for one packet. Lost, as on any network, where there is no room for it.
    void send(octets packet) {
        cut_.of(packet, link_.capabilities().mtu, [this](octets each) {
            const tx_packet whole = io::finished_packet(each);
            static_cast<void>(link_.transmit({&whole, 1}));
        });
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
            const auto packet = read_ip(each.data);
            return packet && packet->protocol != protocol_tcp && to_ && to_(*packet, each.checksum);
        };
        const auto came = room.first(count);
        return static_cast<std::size_t>(std::remove_if(came.begin(), came.end(), is_taken) - came.begin());
    }

private:
    Link& link_;
    taker to_;
    fragments cut_;
};

}  // namespace gateway
