// SPDX-License-Identifier: MIT
//
// The IPv4 header (RFC 791 section 3.1). Parsing accepts options by skipping them (MUST-50) and knows fragments, which
// nobody here puts together: a TCP that sets DF has no use for them.
#pragma once

#include <sluice/wire/ip_meta.hpp>

namespace sluice::ipv4 {

inline constexpr int header_words = 5;  // what we send: no options
inline constexpr std::size_t header_length = 4 * header_words;

// clang-format off
namespace at {  // first octet of each field
inline constexpr std::size_t version_ihl = 0, traffic_class = 1, total_length = 2, identification = 4, fragment = 6,
                             ttl = 8, protocol = 9, checksum = 10, source = 12, destination = 16;
}
// clang-format on

inline constexpr std::uint16_t dont_fragment = 0x4000, more_fragments = 0x2000, fragment_offset = 0x1fff;

/// Of any protocol, or a fragment; refuses what is not whole or has no correct header checksum. `length` is the
/// packet's length, of which `packet` holds at least the headers. The header is read to its place: copies of it would
/// cost more than the rest. Inline, so that TCP does not pay for what only others ask.
[[gnu::always_inline]] constexpr ip_extent read_any(octets packet, std::size_t length, ip_meta& meta) {
    if (packet.size() < header_length || packet[at::version_ihl] >> 4 != 4) return {};
    const std::size_t ihl = static_cast<std::size_t>(packet[at::version_ihl] & 0xf) * 4;
    const std::size_t total = load_be16(packet.data() + at::total_length);
    if (ihl < header_length || ihl > packet.size() || total < ihl || total > length) return {};
    if (partial_sum().add(packet.first(ihl)).finish() != 0) return {};
    meta.source.assign_v4(packet.subspan(at::source, 4));
    meta.destination.assign_v4(packet.subspan(at::destination, 4));
    meta.dscp = static_cast<std::uint8_t>(packet[at::traffic_class] >> 2);
    meta.ecn = static_cast<ecn_codepoint>(packet[at::traffic_class] & 3);
    meta.hop_limit = packet[at::ttl];
    return {.header_length = ihl,
            .total_length = total,
            .protocol = packet[at::protocol],
            .is_fragment = (load_be16(packet.data() + at::fragment) & (more_fragments | fragment_offset)) != 0};
}

/// Refuses what is no unfragmented TCP, too.
[[gnu::always_inline]] constexpr ip_extent read(octets packet, std::size_t length, ip_meta& meta) {
    const ip_extent extent = read_any(packet, length, meta);
    return extent.protocol == protocol_tcp && !extent.is_fragment ? extent : ip_extent{};
}

/// Writes 20 octets with DF set; the identification is free to be 0 in an atomic datagram (RFC 6864 section 4.1).
[[gnu::always_inline]] constexpr void write(const ip_meta& ip, std::size_t total_length, mutable_octets out,
                                            octet protocol = protocol_tcp) {
    const int traffic_class = ip.dscp << 2 | static_cast<octet>(ip.ecn);
    const auto version_class = static_cast<std::uint16_t>((4 << 4 | header_words) << 8 | traffic_class);
    const auto length = static_cast<std::uint16_t>(total_length);
    const auto ttl_protocol = static_cast<std::uint16_t>(ip.hop_limit << 8 | protocol);
    // From the values: to read back what has just been written in pieces would take longer than all the rest.
    const std::uint16_t checksum = sum_of_addresses(ip)
                                       .add_word(version_class)
                                       .add_word(length)
                                       .add_word(dont_fragment)
                                       .add_word(ttl_protocol)
                                       .finish();
    store_be16(out.data() + at::version_ihl, version_class);
    store_be16(out.data() + at::total_length, length);
    store_be16(out.data() + at::identification, 0);
    store_be16(out.data() + at::fragment, dont_fragment);
    store_be16(out.data() + at::ttl, ttl_protocol);
    store_be16(out.data() + at::checksum, checksum);
    copy(ip.source.in_header(), out.subspan(at::source, 4));
    copy(ip.destination.in_header(), out.subspan(at::destination, 4));
}

}  // namespace sluice::ipv4
