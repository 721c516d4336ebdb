// SPDX-License-Identifier: MIT
// What a router says to whom it can't serve: ICMP's destination unreachable (RFC 792, RFC 4443 section 3.1), with
// the first octets of the packet that it is about.
#pragma once

#include "ip_packet.hpp"

#include <cerrno>

namespace gateway {

enum class unreachable { network, host, port };

inline std::optional<unreachable> unreachable_of(int why) {
    switch (why) {
        case ENETUNREACH: return unreachable::network;
        case EHOSTUNREACH: return unreachable::host;
        default: return {};
    }
}

/// `about`: the packet's beginning. Its source hears of it in the destination's name.
inline std::vector<octet> write_unreachable(unreachable what, const ip_packet& about) {
    const bool is_v4 = about.source.is_v4();
    const std::vector<octet> quoted = write_ip(about);
    std::vector<octet> payload(8 + quoted.size());
    const octet v4_code = what == unreachable::network ? 0 : what == unreachable::host ? 1 : 3;
    const octet v6_code = what == unreachable::network ? 0 : what == unreachable::host ? 3 : 4;
    payload[0] = is_v4 ? 3 : 1;
    payload[1] = is_v4 ? v4_code : v6_code;
    copy(quoted, mutable_octets(payload).subspan(8));
    const ip_packet out{about.destination, about.source, is_v4 ? protocol_icmp : protocol_icmpv6, payload};
    const partial_sum sum = is_v4 ? partial_sum() : pseudo_header(out);
    store_be16(payload.data() + 2, partial_sum(sum).add(payload).finish());
    return write_ip(out);
}

/// The same about a SYN: ports and its number are what a connection is found by.
inline std::vector<octet> write_unreachable(unreachable what, const socket_address& from, const socket_address& to,
                                            seq number) {
    std::array<octet, 8> begin;
    store_be16(begin.data(), from.port);
    store_be16(begin.data() + 2, to.port);
    store_be32(begin.data() + 4, number.number());
    return write_unreachable(what, {from.address, to.address, protocol_tcp, begin});
}

}  // namespace gateway
