// SPDX-License-Identifier: MIT
//
// From a packet to a segment that may be somebody's: what is malformed is counted and gone, and so is what a group of
// hosts would send or receive. Whose it is, endpoint and stack know. TCP comes first; what is none is looked at again,
// by those who care.
#pragma once

#include <optional>

#include <sluice/connection/environment.hpp>
#include <sluice/wire/icmp.hpp>

namespace sluice {

namespace detail {

template <class Tcp>
constexpr void admit(environment<Tcp>& env, const ip_meta& ip, const segment& s, auto&& take) {
    env.count.segments_in += s.segments;
    // Neither end may be a group of hosts (MUST-57, MUST-63).
    if (!ip.source.is_host() || !ip.destination.is_host()) return void(++env.count.martians);
    take(ip, s);
}

}  // namespace detail

/// A packet with its IP header: take(ip, segment), otherwise() for what is no good segment, or neither.
template <class Tcp>
constexpr void open_packet(environment<Tcp>& env, const rx_packet& packet, auto&& take, auto&& otherwise) {
    if (const auto parsed = parse_packet(packet))
        detail::admit(env, parsed->ip, parsed->segment, take);
    else
        otherwise();
}

/// A whole datagram that holds no TCP: what stands behind its headers, and all of it as it came.
struct other_datagram {
    ip_meta ip;
    octet protocol = 0;
    std::size_t protocol_at = 0;  // the octet that says so
    octets payload;
    octets whole;
    checksum_state checksum{};
    std::optional<icmp::message> message;  // of ICMP that is no error
};

/// What is no good segment: hear(icmp_error) for an error about one of ours, answer(other_datagram) for what asks for
/// an answer, which errors never do (RFC 1122 section 3.2.2). Bad checksums of ICMP go the way of other malformed ones.
template <class Tcp>
[[gnu::noinline]] constexpr void open_other(environment<Tcp>& env, const rx_packet& packet, auto&& hear,
                                            auto&& answer) {
    if (packet.data.empty()) return void(++env.count.malformed);
    other_datagram d;
    const ip_extent extent = packet.data[0] >> 4 == 4 ? ipv4::read_any(packet.data, packet.length, d.ip)
                                                      : ipv6::read_any(packet.data, packet.length, d.ip);
    if (extent.header_length != 0 && extent.is_fragment) return void(++env.count.fragments);
    const bool is_whole = extent.header_length != 0 && extent.total_length <= packet.data.size();
    if (!is_whole || extent.protocol == protocol_tcp) return void(++env.count.malformed);
    d.protocol = extent.protocol;
    d.protocol_at = extent.named_at;
    d.checksum = packet.checksum;
    d.whole = packet.data.first(extent.total_length);
    d.payload = d.whole.subspan(extent.header_length);
    if (d.protocol != icmp::protocol_of(d.ip)) return answer(d);
    d.message = icmp::read(d.ip, d.payload);
    if (!d.message) return void(++env.count.malformed);
    if (!icmp::is_error(d.ip.is_v4(), d.message->type)) return answer(d);
    if (!d.ip.source.is_host() || d.ip.source.is_loopback()) return void(++env.count.martians);
    if (const auto error = icmp::read_error(d.ip, *d.message)) hear(*error);
}

/// A segment whose IP header somebody else has read.
template <class Tcp>
constexpr void open_segment(environment<Tcp>& env, const ip_meta& ip, const rx_packet& payload, auto&& take) {
    if (const auto parsed = parse_segment(ip, payload))
        detail::admit(env, ip, *parsed, take);
    else
        ++env.count.malformed;
}

}  // namespace sluice
