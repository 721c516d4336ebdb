// SPDX-License-Identifier: MIT
//
// The ECN field of a packet's octets, as routers read and write it (RFC 3168 section 5): the last two bits of IPv4's
// TOS octet, whose change the header checksum follows (RFC 1624), and of IPv6's traffic class.
#pragma once

#include <sluice/wire/ipv4.hpp>
#include <sluice/wire/ipv6.hpp>

namespace sluice::sim {

/// Not-ECT for what is no IP packet.
constexpr ecn_codepoint ecn_of(octets packet) {
    if (packet.size() >= ipv4::header_length && packet[0] >> 4 == 4)
        return static_cast<ecn_codepoint>(packet[ipv4::at::traffic_class] & 3);
    if (packet.size() >= ipv6::header_length && packet[0] >> 4 == 6)
        return static_cast<ecn_codepoint>(packet[ipv6::at::version_class_flow + 1] >> 4 & 3);
    return ecn_codepoint::not_ect;
}

/// For an ECN-capable packet.
constexpr void mark_ce(mutable_octets packet) {
    if (packet[0] >> 4 == 6) {
        packet[ipv6::at::version_class_flow + 1] |= octet{3 << 4};
        return;
    }
    const std::uint16_t before = load_be16(packet.data() + ipv4::at::version_ihl);
    const auto marked = static_cast<std::uint16_t>(before | 3);
    octet* const checksum = packet.data() + ipv4::at::checksum;
    store_be16(packet.data() + ipv4::at::version_ihl, marked);
    store_be16(checksum, updated_checksum(load_be16(checksum), before, marked));
}

}  // namespace sluice::sim
