// SPDX-License-Identifier: MIT
//
// UDP datagrams (RFC 768) that a network carries beside TCP: numbered, and right in both checksums, so that captures
// and other people's tools can read them. Their text is the number, a word for the checksum's sake, and zeros.
#pragma once

#include <optional>

#include <sluice/sim/router.hpp>
#include <sluice/wire/udp.hpp>

namespace sluice::sim {

namespace detail::udp_at {  // first octet of each field, behind those of every datagram
using namespace sluice::udp::at;
inline constexpr std::size_t number = 8, balance = 16, end = 20;
}  // namespace detail::udp_at

/// The shortest IP packet of this family that has room for the number.
constexpr std::size_t shortest_datagram(bool ipv6) {
    return (ipv6 ? ipv6::header_length : ipv4::header_length) + detail::udp_at::end;
}

/// An IP packet of so many octets. `write` puts a checksum where TCP has it, so that all the words there and behind sum
/// to what they would without this one, complemented. In a datagram that place is in the text: the pseudo-header's sum
/// there makes any checksum in the header right, which is 0xffff, for 0 would say that there is none.
constexpr tx_packet udp_packet(const ip_meta& ip, std::uint16_t source_port, std::uint16_t destination_port,
                               std::uint64_t number, std::uint16_t length) {
    namespace at = detail::udp_at;
    assert(length >= shortest_datagram(!ip.is_v4()));
    tx_packet out;
    out.meta = ip;
    out.payload_length = static_cast<std::uint32_t>(length - shortest_datagram(!ip.is_v4()));
    octet* const udp = begin_headers(out, at::end, protocol_udp).data();
    const auto udp_length = static_cast<std::uint16_t>(length - out.ip_length);
    std::fill(udp, udp + at::end, octet{0});
    store_be16(udp + at::source_port, source_port);
    store_be16(udp + at::destination_port, destination_port);
    store_be16(udp + at::length, udp_length);
    store_be16(udp + at::checksum, 0xffff);
    store_be32(udp + at::number, static_cast<std::uint32_t>(number >> 32));
    store_be32(udp + at::number + 4, static_cast<std::uint32_t>(number));
    store_be16(udp + at::balance, pseudo_header_sum(ip, udp_length, protocol_udp).folded());
    return out;
}

struct datagram {
    ip_meta ip;
    std::uint16_t source_port, destination_port;
    std::uint64_t number;
    std::size_t length;  // of the packet
};

/// Nothing for what is none of these, and for what was corrupted.
constexpr std::optional<datagram> read_datagram(octets packet) {
    ip_meta ip;
    const ip_extent extent = read_ip(packet, packet.size(), ip);
    if (extent.protocol != protocol_udp || extent.is_fragment || extent.total_length != packet.size()) return {};
    const auto udp = sluice::udp::read(ip, packet.subspan(extent.header_length));
    if (!udp || sluice::udp::header_length + udp->text.size() < detail::udp_at::end) return {};
    return datagram{.ip = ip,
                    .source_port = udp->source_port,
                    .destination_port = udp->destination_port,
                    .number = load_be64(udp->text.data()),
                    .length = packet.size()};
}

}  // namespace sluice::sim
