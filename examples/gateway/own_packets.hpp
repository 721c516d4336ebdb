// SPDX-License-Identifier: MIT
// The packets that the gateway writes itself, whole: datagrams in a server's name, and what a router says to whom it
// can't serve, ICMP's destination unreachable (RFC 792, RFC 4443 section 3.1).
#pragma once

#include <sluice/wire/icmp.hpp>
#include <sluice/wire/udp.hpp>

#include <cerrno>
#include <vector>

namespace gateway {

using namespace sluice;

inline std::vector<octet> whole(const tx_packet& p) {
    std::vector<octet> out(p.length());
    write(p, out);
    return out;
}

inline std::vector<octet> write_udp(const socket_address& from, const socket_address& to, octets text) {
    tx_packet out;
    out.begin({.source = from.address, .destination = to.address});
    out.borrow(text);
    udp::finish(out, from.port, to.port);
    return whole(out);
}

enum class unreachable { network, host, port };

inline std::optional<unreachable> unreachable_of(int why) {
    switch (why) {
        case ENETUNREACH: return unreachable::network;
        case EHOSTUNREACH: return unreachable::host;
        default: return {};
    }
}

/// About a packet with these addresses, of this protocol, that begins so. Its source hears of it in the destination's
/// name.
inline std::vector<octet> write_unreachable(unreachable what, const ip_meta& ip, octet protocol, octets begin) {
    tx_packet about, out;
    about.begin(ip);
    about.borrow(begin);
    begin_headers(about, 0, protocol);
    about.is_finished = true;
    const std::vector<octet> quoted = whole(about);
    out.begin({.source = ip.destination, .destination = ip.source});
    out.borrow(quoted);
    const octet v4_code = what == unreachable::network ? 0 : what == unreachable::host ? 1 : 3;
    const octet v6_code = what == unreachable::network ? 0 : what == unreachable::host ? 3 : 4;
    if (ip.is_v4()) icmp::finish(out, icmp::v4::unreachable, v4_code, 0);
    else icmp::finish(out, icmp::v6::unreachable, v6_code, 0);
    return whole(out);
}

/// About a SYN: ports and its number are what a connection is found by.
inline std::vector<octet> write_unreachable(unreachable what, const socket_address& from, const socket_address& to,
                                            seq number) {
    std::array<octet, 8> begin;
    store_be16(begin.data(), from.port);
    store_be16(begin.data() + 2, to.port);
    store_be32(begin.data() + 4, number.number());
    return write_unreachable(what, {.source = from.address, .destination = to.address}, protocol_tcp, begin);
}

}  // namespace gateway
