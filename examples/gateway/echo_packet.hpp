// SPDX-License-Identifier: MIT
// Pings (RFC 792, RFC 4443 section 4) as a datagram of the kernel's ping sockets has them: the whole message, of which
// the kernel exchanges the identifier. Ours stands where the client's port would.
#pragma once

#include "udp_packet.hpp"

namespace gateway {

inline constexpr std::size_t icmp_header_length = 8;

/// What sums are over: ICMPv6 has the addresses in its own.
inline partial_sum icmp_sum(const ip_packet& ip) {
    return (ip.source.is_v4() ? partial_sum() : pseudo_header(ip)).add(ip.payload);
}

/// Nothing for what asks for no echo, or was harmed on its way.
inline std::optional<udp_datagram> read_echo_request(const ip_packet& ip, checksum_state checksum) {
    const bool is_v4 = ip.source.is_v4();
    if (ip.protocol != (is_v4 ? protocol_icmp : protocol_icmpv6) || ip.payload.size() < icmp_header_length) return {};
    if (ip.payload[0] != (is_v4 ? 8 : 128) || ip.payload[1] != 0) return {};
    if (checksum == checksum_state::unknown && icmp_sum(ip).finish() != 0) return {};
    return udp_datagram{{ip.source, load_be16(ip.payload.data() + 4)}, {ip.destination, 0}, ip.payload};
}

/// To the client, by its own identifier.
inline std::vector<octet> write_echo_reply(const udp_datagram& d) {
    std::vector<octet> payload(d.text.begin(), d.text.end());
    const octet protocol = d.source.address.is_v4() ? protocol_icmp : protocol_icmpv6;
    store_be16(payload.data() + 2, 0);
    store_be16(payload.data() + 4, d.destination.port);
    const ip_packet ip{d.source.address, d.destination.address, protocol, payload};
    store_be16(payload.data() + 2, icmp_sum(ip).finish());
    return write_ip(ip);
}

}  // namespace gateway
