// SPDX-License-Identifier: MIT
//
// What IP and TCP tell each other about one datagram besides its payload (RFC 9293 section 3.9.2): addresses, Diffserv,
// ECN codepoint, hop limit; and the pseudo-header of both families (RFC 9293 section 3.1, RFC 8200 section 8.1).
#pragma once

#include <cstdint>

#include <sluice/wire/address.hpp>
#include <sluice/wire/checksum.hpp>

namespace sluice {

enum class ecn_codepoint : std::uint8_t { not_ect = 0, ect1 = 1, ect0 = 2, ce = 3 };  // RFC 3168 section 5

inline constexpr octet protocol_icmp = 1, protocol_tcp = 6, protocol_udp = 17, protocol_icmpv6 = 58;  // in IPv6, too

struct ip_meta {
    ip_address source;
    ip_address destination;
    std::uint8_t dscp = 0;  // the upper six bits of the traffic class (RFC 2474)
    ecn_codepoint ecn = ecn_codepoint::not_ect;
    std::uint8_t hop_limit = 64;

    constexpr bool is_v4() const { return destination.is_v4(); }
    friend constexpr bool operator==(const ip_meta&, const ip_meta&) = default;
};

/// Where a datagram's payload lies, as its header says; a link may have padded behind it.
struct ip_extent {
    std::size_t header_length = 0;  // with options or extension headers; 0: no datagram for us
    std::size_t total_length = 0;
    octet protocol = 0;        // of what stands there
    bool is_fragment = false;  // only a part of that does
    std::size_t named_at = 0;  // the octet that says which protocol it is
};

/// Of both addresses, as they stand in the family's own header.
constexpr partial_sum sum_of_addresses(const ip_meta& ip) {
    const auto last_four = [](const ip_address& a) { return std::uint64_t{load_be32(a.octets.data() + 12)}; };
    if (ip.is_v4()) return partial_sum(last_four(ip.source) + last_four(ip.destination));
    return partial_sum().add(ip.source.octets).add(ip.destination.octets);
}

constexpr partial_sum pseudo_header_sum(const ip_meta& ip, std::size_t payload_length, octet protocol = protocol_tcp) {
    const std::uint32_t length = static_cast<std::uint32_t>(payload_length);
    return sum_of_addresses(ip)
        .add_word(protocol)
        .add_word(static_cast<std::uint16_t>(length >> 16))
        .add_word(static_cast<std::uint16_t>(length));
}

}  // namespace sluice
