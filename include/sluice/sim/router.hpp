// SPDX-License-Identifier: MIT
//
// What a router does to each packet: IPv4 as RFC 1812 sections 5.2.2 and 5.3.1 have it (the header is verified, the TTL
// counted down, the checksum updated by RFC 1624), IPv6 as RFC 8200 section 3. Unlike a real one it sends no ICMP: what
// it can't forward is counted and gone. Where a packet goes next, the network knows.
#pragma once

#include <cstdint>

#include <sluice/wire/ipv4.hpp>
#include <sluice/wire/ipv6.hpp>

namespace sluice::sim {

struct router_counters {
    std::uint64_t forwarded = 0;
    std::uint64_t expired = 0;     // the hop limit came to 0
    std::uint64_t unroutable = 0;  // no host has this address, or no way leads there
    std::uint64_t malformed = 0;   // no IP header, or one whose checksum is wrong
};

namespace detail {

constexpr bool is_ipv4(octets packet) {
    if (packet.size() < ipv4::header_length || packet[0] >> 4 != 4) return false;
    const std::size_t length = static_cast<std::size_t>(packet[ipv4::at::version_ihl] & 0xf) * 4;
    return length >= ipv4::header_length && length <= packet.size() &&
           partial_sum().add(packet.first(length)).finish() == 0;
}
constexpr bool is_ipv6(octets packet) { return packet.size() >= ipv6::header_length && packet[0] >> 4 == 6; }

}  // namespace detail

enum class hop : std::uint8_t { taken, expired, malformed };

/// Counts the hop limit down. A packet that is not to be forwarded is left as it was.
constexpr hop take_hop(mutable_octets packet) {
    const bool is_v4 = detail::is_ipv4(packet);
    if (!is_v4 && !detail::is_ipv6(packet)) return hop::malformed;
    octet& limit = packet[is_v4 ? ipv4::at::ttl : ipv6::at::hop_limit];
    if (limit <= 1) return hop::expired;
    if (is_v4) {
        const std::uint16_t ttl_protocol = load_be16(packet.data() + ipv4::at::ttl);
        const auto one_less = static_cast<std::uint16_t>(ttl_protocol - 0x100);
        octet* const checksum = packet.data() + ipv4::at::checksum;
        store_be16(checksum, updated_checksum(load_be16(checksum), ttl_protocol, one_less));
    }
    --limit;
    return hop::taken;
}

}  // namespace sluice::sim
