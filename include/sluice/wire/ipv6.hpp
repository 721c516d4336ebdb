// SPDX-License-Identifier: MIT
//
// The IPv6 header (RFC 8200 section 3) and the walk over the extension headers that may stand before TCP (section 4).
// A fragment ends the walk: nobody here puts them together. An atomic one is a whole datagram (RFC 6946).
#pragma once

#include <sluice/wire/ip_meta.hpp>

namespace sluice::ipv6 {

inline constexpr std::size_t header_length = 40;

// clang-format off
namespace at {  // first octet of each field
inline constexpr std::size_t version_class_flow = 0, payload_length = 4, next_header = 6, hop_limit = 7,
                             source = 8, destination = 24;
}
// clang-format on

namespace detail {
inline constexpr octet hop_by_hop = 0, routing = 43, fragment = 44, destination_options = 60;
inline constexpr std::uint16_t offset_and_more = 0xfff9;  // of a fragment header; the two bits between are reserved

constexpr bool is_extension(octet next) {
    return next == hop_by_hop || next == routing || next == fragment || next == destination_options;
}
}  // namespace detail

/// Walks to what no extension header is, or to a fragment header: where it stands and what it is. header_length 0 if
/// the packet ends before that.
constexpr ip_extent skip_extensions(octets packet) {
    using namespace detail;
    octet next = packet[at::next_header];
    std::size_t here = header_length, named_at = at::next_header;
    while (next != protocol_tcp && is_extension(next)) {
        if (here + 8 > packet.size()) return {};
        named_at = here;
        if (next == fragment) {  // its second octet is no length, and it always has eight (RFC 8200 section 4.5)
            if (load_be16(packet.data() + here + 2) & offset_and_more)
                return {.header_length = here, .protocol = packet[here], .is_fragment = true};
            next = packet[here];
            here += 8;
            continue;
        }
        // A route that is not yet used up is for routers (RFC 8200 section 4.4).
        if (next == routing && packet[here + 3] != 0) return {};
        next = packet[here];
        here += (static_cast<std::size_t>(packet[here + 1]) + 1) * 8;
        if (here > packet.size()) return {};
    }
    return {.header_length = here, .protocol = next, .named_at = named_at};
}

/// Of any protocol, or a fragment; refuses what is not whole. Read to its place, as of ipv4::read_any.
[[gnu::always_inline]] constexpr ip_extent read_any(octets packet, std::size_t length, ip_meta& meta) {
    if (packet.size() < header_length || packet[at::version_class_flow] >> 4 != 6) return {};
    const std::size_t total = header_length + load_be16(packet.data() + at::payload_length);
    if (total > length) return {};
    ip_extent extent = skip_extensions(packet);
    if (extent.header_length == 0 || extent.header_length > total) return {};
    extent.total_length = total;
    meta.source.assign_v6(packet.subspan(at::source, 16));
    meta.destination.assign_v6(packet.subspan(at::destination, 16));
    // Mapped addresses stand for IPv4 in this library and never belong on the wire (RFC 4038 section 4.2).
    if (meta.source.is_v4() || meta.destination.is_v4()) return {};
    const std::uint32_t traffic_class = load_be32(packet.data()) >> 20 & 0xff;
    meta.dscp = static_cast<std::uint8_t>(traffic_class >> 2);
    meta.ecn = static_cast<ecn_codepoint>(traffic_class & 3);
    meta.hop_limit = packet[at::hop_limit];
    return extent;
}

/// Refuses what is no unfragmented TCP, too.
[[gnu::always_inline]] constexpr ip_extent read(octets packet, std::size_t length, ip_meta& meta) {
    const ip_extent extent = read_any(packet, length, meta);
    return extent.protocol == protocol_tcp && !extent.is_fragment ? extent : ip_extent{};
}

constexpr void write(const ip_meta& ip, std::size_t total_length, mutable_octets out, octet protocol = protocol_tcp) {
    const std::uint32_t traffic_class = static_cast<std::uint32_t>(ip.dscp) << 2 | static_cast<std::uint32_t>(ip.ecn);
    store_be32(out.data() + at::version_class_flow, 6u << 28 | traffic_class << 20);
    store_be16(out.data() + at::payload_length, static_cast<std::uint16_t>(total_length - header_length));
    out[at::next_header] = protocol;
    out[at::hop_limit] = ip.hop_limit;
    copy(ip.source.in_header(), out.subspan(at::source, 16));
    copy(ip.destination.in_header(), out.subspan(at::destination, 16));
}

}  // namespace sluice::ipv6
