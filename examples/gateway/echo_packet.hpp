// SPDX-License-Identifier: MIT
// Pings (RFC 792, RFC 4443 section 4) as a datagram of the kernel's ping sockets has them: the whole message, of which
// the kernel exchanges the identifier. Ours stands where the client's port would.
#pragma once

#include "own_packets.hpp"

namespace gateway {

/// Nothing for what asks for no echo, or was harmed on its way.
inline std::optional<udp::datagram> read_echo_request(const ip_meta& ip, octet protocol, octets payload) {
    if (protocol != icmp::protocol_of(ip)) return {};
    const auto asked = icmp::read(ip, payload);
    if (!asked || asked->type != (ip.is_v4() ? icmp::v4::echo : icmp::v6::echo) || asked->code != 0) return {};
    return udp::datagram{.source_port = static_cast<std::uint16_t>(asked->rest >> 16), .text = payload};
}

/// To the client, by its own identifier; the reply's number and text.
inline std::vector<octet> write_echo_reply(const ip_address& from, const socket_address& to, octets reply) {
    tx_packet out;
    out.begin({.source = from, .destination = to.address});
    out.borrow(reply.subspan(icmp::header_length));
    const std::uint32_t number = load_be16(reply.data() + icmp::at::rest + 2);
    icmp::finish(out, from.is_v4() ? icmp::v4::echo_reply : icmp::v6::echo_reply, 0,
                 std::uint32_t{to.port} << 16 | number);
    return whole(out);
}

}  // namespace gateway
