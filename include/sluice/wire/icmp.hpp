// SPDX-License-Identifier: MIT
//
// ICMP (RFC 792, RFC 1191) and ICMPv6 (RFC 4443): messages, their checksums, and what an error says: what went wrong
// with which of our segments. The quote is all that tells; it may be cut short behind the ports and the sequence
// number, and hops have changed its header, so that no checksum in it holds. Whether to believe it is the connection's
// to say (RFC 5927).
#pragma once

#include <optional>

#include <sluice/wire/packet.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

/// Of both families.
enum class icmp_kind : std::uint8_t {
    network_unreachable,
    host_unreachable,
    protocol_unreachable,
    port_unreachable,
    too_big,  // or, in IPv4, "fragmentation needed and DF set"
    source_route_failed,
    prohibited,  // by an administrator
    time_exceeded,
    parameter_problem,
    source_quench,  // given up (RFC 6633)
};

/// What an error message says of a TCP segment of ours.
struct icmp_error {
    icmp_kind kind{};
    std::uint32_t mtu = 0;  // of the next hop, with too_big; 0 from a router that does not know RFC 1191
    socket_address local{};
    socket_address remote{};
    seq sequence{};
    std::uint32_t length = 0;  // of the packet that is quoted, IP header included, as that says
};

namespace icmp {

inline constexpr std::size_t header_length = 8;

// clang-format off
namespace at {  // first octet of each field
inline constexpr std::size_t type = 0, code = 1, checksum = 2, rest = 4;
}
namespace v4 {  // types (RFC 792)
inline constexpr octet echo_reply = 0, unreachable = 3, source_quench = 4, echo = 8, time_exceeded = 11,
                       parameter_problem = 12;
}
namespace v6 {  // types (RFC 4443); those of errors are below 128
inline constexpr octet unreachable = 1, too_big = 2, time_exceeded = 3, parameter_problem = 4, echo = 128,
                       echo_reply = 129;
}
// clang-format on

/// A whole message with a right checksum.
struct message {
    octet type = 0;
    octet code = 0;
    std::uint32_t rest = 0;  // of the header: an identifier and a number, an MTU, a pointer
    octets body{};           // behind the header
};

constexpr octet protocol_of(const ip_meta& ip) { return ip.is_v4() ? protocol_icmp : protocol_icmpv6; }

namespace detail {

/// ICMPv6 sums a pseudo-header, too (RFC 4443 section 2.3).
constexpr partial_sum sum_before(const ip_meta& ip, std::size_t length) {
    return ip.is_v4() ? partial_sum() : pseudo_header_sum(ip, length, protocol_icmpv6);
}

// clang-format off
/// Codes of "destination unreachable" (RFC 792; RFC 1122 section 3.2.2.1; RFC 1812 section 5.2.7.1).
constexpr std::optional<icmp_kind> unreachable_v4(octet code) {
    switch (code) {
        case 0: case 6: case 11: return icmp_kind::network_unreachable;
        case 1: case 7: case 8: case 12: return icmp_kind::host_unreachable;
        case 2: return icmp_kind::protocol_unreachable;
        case 3: return icmp_kind::port_unreachable;
        case 4: return icmp_kind::too_big;
        case 5: return icmp_kind::source_route_failed;
        case 9: case 10: case 13: case 14: case 15: return icmp_kind::prohibited;
        default: return {};
    }
}
/// RFC 4443 section 3.1.
constexpr std::optional<icmp_kind> unreachable_v6(octet code) {
    switch (code) {
        case 0: return icmp_kind::network_unreachable;
        case 2: case 3: return icmp_kind::host_unreachable;
        case 4: return icmp_kind::port_unreachable;
        case 1: case 5: case 6: return icmp_kind::prohibited;
        default: return {};
    }
}

constexpr std::optional<icmp_kind> kind_of(bool is_v4, const message& m) {
    if (is_v4) switch (m.type) {
        case v4::unreachable: return unreachable_v4(m.code);
        case v4::source_quench: return icmp_kind::source_quench;
        case v4::time_exceeded: return icmp_kind::time_exceeded;
        case v4::parameter_problem: return icmp_kind::parameter_problem;
        default: return {};
    }
    switch (m.type) {
        case v6::unreachable: return unreachable_v6(m.code);
        case v6::too_big: return icmp_kind::too_big;
        case v6::time_exceeded: return icmp_kind::time_exceeded;
        case v6::parameter_problem: return icmp_kind::parameter_problem;
        default: return {};
    }
}
// clang-format on

/// The place of a TCP segment's first octets in a quoted packet, and the packet's length and addresses. Routers need
/// not quote more than eight octets of it (RFC 792), in which ports and number stand.
constexpr ip_extent read_quote(octets quote, ip_meta& ip) {
    if (quote.empty()) return {};
    ip_extent out;
    if (ip.is_v4()) {
        if (quote.size() < ipv4::header_length || quote[ipv4::at::version_ihl] >> 4 != 4) return {};
        out.header_length = static_cast<std::size_t>(quote[ipv4::at::version_ihl] & 0xf) * 4;
        if (out.header_length < ipv4::header_length) return {};
        if (load_be16(quote.data() + ipv4::at::fragment) & ipv4::fragment_offset) return {};
        out.protocol = quote[ipv4::at::protocol];
        out.total_length = load_be16(quote.data() + ipv4::at::total_length);
        ip.source.assign_v4(quote.subspan(ipv4::at::source, 4));
        ip.destination.assign_v4(quote.subspan(ipv4::at::destination, 4));
    } else {
        if (quote.size() < ipv6::header_length || quote[ipv6::at::version_class_flow] >> 4 != 6) return {};
        out = ipv6::skip_extensions(quote);
        if (out.header_length == 0 || out.is_fragment) return {};
        out.total_length = ipv6::header_length + load_be16(quote.data() + ipv6::at::payload_length);
        ip.source.assign_v6(quote.subspan(ipv6::at::source, 16));
        ip.destination.assign_v6(quote.subspan(ipv6::at::destination, 16));
        if (ip.destination.is_v4()) return {};  // mapped addresses never belong on the wire
    }
    return out.protocol == protocol_tcp && out.header_length + 8 <= quote.size() ? out : ip_extent{};
}

}  // namespace detail

/// Reads a message from the payload of a datagram; nothing for one that is cut short or has a wrong checksum.
constexpr std::optional<message> read(const ip_meta& ip, octets payload) {
    if (payload.size() < header_length) return {};
    if (detail::sum_before(ip, payload.size()).add(payload).finish() != 0) return {};
    return message{.type = payload[at::type],
                   .code = payload[at::code],
                   .rest = load_be32(payload.data() + at::rest),
                   .body = payload.subspan(header_length)};
}

/// An error to which nothing must be answered (RFC 1122 section 3.2.2, RFC 4443 section 2.4 e), known or not. Redirects
/// count as errors.
constexpr bool is_error(bool is_v4, octet type) {
    if (!is_v4) return type < 128;
    return (v4::unreachable <= type && type <= 5) || type == v4::time_exceeded || type == v4::parameter_problem;
}

/// What it says of a TCP segment that the host which it came to has sent; nothing if it says nothing.
constexpr std::optional<icmp_error> read_error(const ip_meta& ip, const message& m) {
    const auto kind = detail::kind_of(ip.is_v4(), m);
    if (!kind) return {};
    ip_meta quoted = ip;
    const ip_extent extent = detail::read_quote(m.body, quoted);
    if (extent.header_length == 0 || quoted.source != ip.destination) return {};
    const octet* const tcp = m.body.data() + extent.header_length;
    icmp_error out{.kind = *kind,
                   .local = {quoted.source, load_be16(tcp + tcp_header::at::source_port)},
                   .remote = {quoted.destination, load_be16(tcp + tcp_header::at::destination_port)},
                   .sequence = seq(load_be32(tcp + tcp_header::at::sequence)),
                   .length = static_cast<std::uint32_t>(extent.total_length)};
    // RFC 1191 section 4: the lower half in IPv4; RFC 4443 section 3.2: all of it.
    if (*kind == icmp_kind::too_big) out.mtu = ip.is_v4() ? m.rest & 0xffff : m.rest;
    return out;
}

/// Makes an ICMP packet of one that has begun and borrows what is to stand behind the header.
constexpr void finish(tx_packet& p, octet type, octet code, std::uint32_t rest) {
    const mutable_octets header = begin_headers(p, header_length, protocol_of(p.meta));
    header[at::type] = type;
    header[at::code] = code;
    store_be16(header.data() + at::checksum, 0);
    store_be32(header.data() + at::rest, rest);
    partial_sum sum = detail::sum_before(p.meta, header_length + p.payload_length);
    store_be16(header.data() + at::checksum, sum.add(header).add(sum_of_payload(p)).finish());
    p.is_finished = true;
}

}  // namespace icmp
}  // namespace sluice
