// SPDX-License-Identifier: MIT
//
// The address resolution protocol of IPv4 over Ethernet (RFC 826): who wants to know whose an address is asks all, and
// who has it answers. The packet behind the Ethernet header, to octets and back.
#pragma once

#include <optional>

#include <sluice/wire/ethernet.hpp>

namespace sluice {

struct arp {
    enum class operation : std::uint16_t { request = 1, reply = 2 };

    static constexpr std::size_t length = 28;

    operation what = operation::request;
    hardware_address sender_hardware;
    ip_address sender;
    hardware_address target_hardware;  // of a request: nobody's yet
    ip_address target;

    /// Nothing where it is no whole packet about IPv4 and Ethernet, or says what no station may (RFC 5227 section 1.2.1
    /// has a sender without an address, 0.0.0.0: that one only wants to know).
    static constexpr std::optional<arp> read(octets packet) {
        if (packet.size() < length || load_be16(&packet[0]) != hardware_ethernet ||
            load_be16(&packet[2]) != ethernet_header::ipv4 || packet[4] != 6 || packet[5] != 4)
            return {};
        const std::uint16_t operation = load_be16(&packet[6]);
        if (operation != 1 && operation != 2) return {};
        const arp out{static_cast<arp::operation>(operation), hardware_address::read(packet.subspan(8)),
                      ip_address::v4(packet.subspan(14, 4)), hardware_address::read(packet.subspan(18)),
                      ip_address::v4(packet.subspan(24, 4))};
        const bool is_probe = out.sender.is_unspecified() && out.what == arp::operation::request;
        if (!out.sender_hardware.is_station() || !(out.sender.is_host() || is_probe)) return {};
        return out;
    }
    constexpr void write(mutable_octets out) const {
        store_be16(&out[0], hardware_ethernet);
        store_be16(&out[2], ethernet_header::ipv4);
        out[4] = 6;
        out[5] = 4;
        store_be16(&out[6], static_cast<std::uint16_t>(what));
        copy(sender_hardware.octets, out.subspan(8));
        copy(sender.in_header(), out.subspan(14));
        copy(target_hardware.octets, out.subspan(18));
        copy(target.in_header(), out.subspan(24));
    }

private:
    static constexpr std::uint16_t hardware_ethernet = 1;
};

}  // namespace sluice
