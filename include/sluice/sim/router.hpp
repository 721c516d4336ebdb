// SPDX-License-Identifier: MIT
//
// What a router does to each packet: IPv4 as RFC 1812 sections 5.2.2 and 5.3.1 have it (the header is verified, the TTL
// counted down, the checksum updated by RFC 1624), IPv6 as RFC 8200 section 3. What it
// can't forward is counted and gone; that a packet was too big it says to its sender (RFC 1191 section 4, RFC 4443
// section 3.2), and of the rest, unlike a real one, nothing. Where a packet goes next, the network knows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <sluice/wire/icmp.hpp>

namespace sluice::sim {

struct router_counters {
    std::uint64_t forwarded = 0;
    std::uint64_t expired = 0;     // the hop limit came to 0
    std::uint64_t unroutable = 0;  // no host has this address, or no way leads there
    std::uint64_t too_big = 0;     // for the link that leads there
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

/// A packet was too big for a link that takes `mtu` octets. As much of it is quoted as leaves the answer within what
/// every host takes: 576 octets in IPv4 (RFC 1812 section 4.3.2.3), 1280 in IPv6.
inline std::vector<octet> too_big_answer(const ip_address& router, octets packet, std::size_t mtu) {
    const bool is_v4 = detail::is_ipv4(packet);
    const std::size_t headers = (is_v4 ? ipv4::header_length : ipv6::header_length) + icmp::header_length;
    const octet* const source = packet.data() + (is_v4 ? ipv4::at::source : ipv6::at::source);
    tx_packet p;
    p.begin({.source = router, .destination = is_v4 ? ip_address::v4({source, 4}) : ip_address::v6({source, 16})});
    p.borrow(packet.first(std::min(packet.size(), (is_v4 ? 576u : 1280u) - headers)));
    const auto rest = static_cast<std::uint32_t>(mtu);
    if (is_v4)
        icmp::finish(p, icmp::v4::unreachable, 4, rest);
    else
        icmp::finish(p, icmp::v6::too_big, 0, rest);
    std::vector<octet> out(p.length());
    write(p, out);
    return out;
}

}  // namespace sluice::sim
