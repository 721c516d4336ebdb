// SPDX-License-Identifier: MIT
//
// The Ethernet header, type-encoded (RFC 894, RFC 2464 section 3), and the hardware addresses in it: groups that IPv6
// makes of multicast addresses (RFC 2464 section 7) included. Tags of VLANs are not read here.
#pragma once

#include <array>
#include <cstdint>

#include <sluice/wire/address.hpp>

namespace sluice {

struct hardware_address {
    std::array<octet, 6> octets{};

    static constexpr hardware_address read(sluice::octets six) {
        hardware_address out;
        copy(six.first(6), out.octets);
        return out;
    }
    static constexpr hardware_address broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
    /// To which frames for an IPv6 group go.
    static constexpr hardware_address of_group(const ip_address& group) {
        const auto& ip = group.octets;
        return {{0x33, 0x33, ip[12], ip[13], ip[14], ip[15]}};
    }

    /// The bit that says so is the first on the wire. Broadcast is a group as well.
    constexpr bool is_group() const { return (octets[0] & 1) != 0; }
    /// One that a station can have.
    constexpr bool is_station() const { return !is_group() && *this != hardware_address{}; }
    friend constexpr bool operator==(const hardware_address&, const hardware_address&) = default;
};

struct ethernet_header {
    static constexpr std::size_t length = 14;
    static constexpr std::uint16_t ipv4 = 0x0800, arp = 0x0806, ipv6 = 0x86dd;  // types

    hardware_address destination, source;
    std::uint16_t type = 0;

    /// Of at least 14 octets.
    static constexpr ethernet_header read(octets frame) {
        return {hardware_address::read(frame), hardware_address::read(frame.subspan(6)), load_be16(&frame[12])};
    }
    constexpr void write(mutable_octets out) const {
        copy(destination.octets, out);
        copy(source.octets, out.subspan(6));
        store_be16(&out[12], type);
    }
    friend constexpr bool operator==(const ethernet_header&, const ethernet_header&) = default;
};

}  // namespace sluice
