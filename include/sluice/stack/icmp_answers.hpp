// SPDX-License-Identifier: MIT
//
// What a stack answers to datagrams that hold no TCP, of a host's duties: echo (RFC 1122 section 3.2.2.6, RFC 4443
// section 4.2), and that nothing here speaks UDP at that port or the protocol at all (RFC 1122 sections 3.2.2.1 and
// 4.1.3.1, RFC 4443 sections 3.1 and 3.4). Only as an address of our own, and only to somebody who can be answered.
#pragma once

#include <sluice/connection/arrival.hpp>
#include <sluice/stack/tables.hpp>
#include <sluice/wire/udp.hpp>

namespace sluice {

/// A packet is for us, from somebody who can have sent it; else it is counted, and gone (RFC 1122 section 3.2.1.3).
template <class Tcp>
bool admits(stack_tables<Tcp>& t, const ip_meta& ip) {
    if (!t.own.has(ip.destination)) return ++t.env.count.misaddressed, false;
    if (!t.own.may_come_from(ip.source) || ip.source == ip.destination) return ++t.env.count.martians, false;
    return true;
}

namespace detail {

inline constexpr octet no_next_header = 59;  // RFC 8200 section 4.7

/// Back to where it came from, with its Diffserv (RFC 1122 section 3.2.1.6).
template <class Tcp>
ip_meta back(const stack_tables<Tcp>& t, const ip_meta& ip) {
    return {.source = ip.destination,
            .destination = ip.source,
            .dscp = ip.dscp,
            .hop_limit = t.env.settings.limits.connection.hop_limit};
}

template <class Tcp>
bool send_icmp(stack_tables<Tcp>& t, const icmp_to_send& m) {
    if (t.icmp.push(m)) return true;
    ++t.env.count.replies_dropped;
    return false;
}

}  // namespace detail

/// All that it carries goes back, unless that is more than a packet takes.
template <class Tcp>
void answer_echo(stack_tables<Tcp>& t, const other_datagram& d, const icmp::message& request) {
    const bool is_v4 = d.ip.is_v4();
    if (request.code != 0 || request.type != (is_v4 ? icmp::v4::echo : icmp::v6::echo)) return;
    const std::size_t headers = (is_v4 ? ipv4::header_length : ipv6::header_length) + icmp::header_length;
    if (headers + request.body.size() > t.env.settings.limits.mtu) return void(++t.env.count.replies_dropped);
    const octet type = is_v4 ? icmp::v4::echo_reply : icmp::v6::echo_reply;
    if (detail::send_icmp(t, {.ip = detail::back(t, d.ip), .type = type, .rest = request.rest, .body = request.body}))
        ++t.env.count.echoes_answered;
}

/// Whether one more error now is not too many; else it is counted.
template <class Tcp>
bool may_send_icmp_error(stack_tables<Tcp>& t, instant now) {
    if (t.icmp.may_send_error(now, t.env.settings.limits.icmp_errors, t.env.random)) return true;
    return ++t.env.count.icmp_limited, false;
}

/// It quotes what fits into the packets that every link takes (RFC 1812 section 4.3.2.3, RFC 4443 section 2.4 c), and
/// ours: of IPv4 it may take less.
template <class Tcp>
void send_icmp_error(stack_tables<Tcp>& t, const other_datagram& d, octet type, octet code, std::uint32_t rest = 0) {
    if (!may_send_icmp_error(t, t.env.now)) return;
    const std::size_t longest = std::min<std::size_t>(d.ip.is_v4() ? 576 : 1280, t.env.settings.limits.mtu);
    const std::size_t headers = (d.ip.is_v4() ? ipv4::header_length : ipv6::header_length) + icmp::header_length;
    const octets quote = d.whole.first(std::min(d.whole.size(), longest - headers));
    ip_meta ip = detail::back(t, d.ip);
    ip.dscp = 0;
    if (detail::send_icmp(t, {.ip = ip, .type = type, .code = code, .rest = rest, .body = quote}))
        ++t.env.count.unreachables_out;
}

/// Whole, and no TCP.
template <class Tcp>
void answer_other(stack_tables<Tcp>& t, const other_datagram& d) {
    if (!admits(t, d.ip) || t.own.takes_every()) return;
    const bool is_v4 = d.ip.is_v4();
    if (d.protocol == icmp::protocol_of(d.ip)) {
        if (d.message) answer_echo(t, d, *d.message);
    } else if (d.protocol == protocol_udp) {
        if (!udp::read(d.ip, d.payload, d.checksum)) return void(++t.env.count.malformed);
        is_v4 ? send_icmp_error(t, d, icmp::v4::unreachable, 3) : send_icmp_error(t, d, icmp::v6::unreachable, 4);
    } else if (is_v4) {
        send_icmp_error(t, d, icmp::v4::unreachable, 2);
    } else if (d.protocol != detail::no_next_header) {
        send_icmp_error(t, d, icmp::v6::parameter_problem, 1, static_cast<std::uint32_t>(d.protocol_at));
    }
}

}  // namespace sluice
