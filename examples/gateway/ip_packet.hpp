// SPDX-License-Identifier: MIT
// IP packets that carry something else than TCP, whole: their headers read and written. What has extension headers or
// is a fragment is nobody's here.
#pragma once

#include <sluice/wire/packet.hpp>

#include <optional>
#include <vector>

namespace gateway {

using namespace sluice;

inline constexpr octet protocol_icmp = 1, protocol_udp = 17, protocol_icmpv6 = 58;

struct ip_packet {
    ip_address source, destination;
    octet protocol = 0;
    octets payload;
};

inline std::optional<ip_packet> read_ip(octets packet) {
    if (packet.empty()) return {};
    if (packet[0] >> 4 == 4 && packet.size() >= ipv4::header_length) {
        const std::size_t header = static_cast<std::size_t>(packet[0] & 0xf) * 4;
        const std::size_t total = load_be16(packet.data() + ipv4::at::total_length);
        const std::uint16_t fragment = load_be16(packet.data() + ipv4::at::fragment);
        if (header < ipv4::header_length || total < header || total > packet.size()) return {};
        if ((fragment & (ipv4::more_fragments | ipv4::fragment_offset)) != 0) return {};
        if (partial_sum().add(packet.first(header)).finish() != 0) return {};
        return ip_packet{ip_address::v4(packet.subspan(ipv4::at::source, 4)),
                         ip_address::v4(packet.subspan(ipv4::at::destination, 4)), packet[ipv4::at::protocol],
                         packet.first(total).subspan(header)};
    }
    if (packet[0] >> 4 != 6 || packet.size() < ipv6::header_length) return {};
    const std::size_t length = load_be16(packet.data() + ipv6::at::payload_length);
    if (packet.size() < ipv6::header_length + length) return {};
    return ip_packet{ip_address::v6(packet.subspan(ipv6::at::source, 16)),
                     ip_address::v6(packet.subspan(ipv6::at::destination, 16)), packet[ipv6::at::next_header],
                     packet.subspan(ipv6::header_length, length)};
}

/// Of what a transport's checksum covers besides its own octets (RFC 9293 section 3.1, RFC 8200 section 8.1).
inline partial_sum pseudo_header(const ip_packet& p) {
    return sum_of_addresses({.source = p.source, .destination = p.destination})
        .add_word(p.protocol)
        .add_word(static_cast<std::uint16_t>(p.payload.size()));
}

inline std::vector<octet> write_ip(const ip_packet& p) {
    const ip_meta meta{.source = p.source, .destination = p.destination};
    const std::size_t header = meta.is_v4() ? ipv4::header_length : ipv6::header_length;
    std::vector<octet> out(header + p.payload.size());
    copy(p.payload, mutable_octets(out).subspan(header));
    if (!meta.is_v4()) {
        ipv6::write(meta, out.size(), out);
        out[ipv6::at::next_header] = p.protocol;
        return out;
    }
    ipv4::write(meta, out.size(), out);
    const std::uint16_t checksum = load_be16(out.data() + ipv4::at::checksum);
    const std::uint16_t before = load_be16(out.data() + ipv4::at::ttl);  // and the protocol
    out[ipv4::at::protocol] = p.protocol;
    store_be16(out.data() + ipv4::at::checksum,
               updated_checksum(checksum, before, load_be16(out.data() + ipv4::at::ttl)));
    return out;
}

}  // namespace gateway
