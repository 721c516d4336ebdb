// SPDX-License-Identifier: MIT
// UDP datagrams (RFC 768) in IP packets.
#pragma once

#include "ip_packet.hpp"

namespace gateway {

inline constexpr std::size_t udp_header_length = 8;

struct udp_datagram {
    socket_address source, destination;
    octets text;
};

/// Nothing for what is no whole datagram, or was harmed on its way. A link may have checked that already.
inline std::optional<udp_datagram> read_udp(const ip_packet& ip, checksum_state checksum) {
    if (ip.protocol != protocol_udp || ip.payload.size() < udp_header_length) return {};
    const octet* const header = ip.payload.data();
    const std::size_t length = load_be16(header + 4);
    if (length < udp_header_length || length > ip.payload.size()) return {};
    ip_packet exact = ip;
    exact.payload = ip.payload.first(length);
    const bool is_summed = load_be16(header + 6) != 0;  // IPv4 allows none
    if (checksum == checksum_state::unknown && (is_summed || !ip.source.is_v4()) &&
        pseudo_header(exact).add(exact.payload).finish() != 0)
        return {};
    return udp_datagram{{ip.source, load_be16(header)},
                        {ip.destination, load_be16(header + 2)},
                        exact.payload.subspan(udp_header_length)};
}

inline std::vector<octet> write_udp(const udp_datagram& d) {
    std::vector<octet> payload(udp_header_length + d.text.size());
    store_be16(payload.data(), d.source.port);
    store_be16(payload.data() + 2, d.destination.port);
    store_be16(payload.data() + 4, static_cast<std::uint16_t>(payload.size()));
    copy(d.text, mutable_octets(payload).subspan(udp_header_length));
    const ip_packet ip{d.source.address, d.destination.address, protocol_udp, payload};
    const std::uint16_t sum = pseudo_header(ip).add(payload).finish();
    store_be16(payload.data() + 6, sum != 0 ? sum : 0xffff);  // 0 would say that there is none
    return write_ip(ip);
}

}  // namespace gateway
