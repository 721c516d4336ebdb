// SPDX-License-Identifier: MIT
//
// UDP datagrams (RFC 768) that a network carries beside TCP: numbered, and right in both checksums, so that captures
// and other people's tools can read them. Their text is the number, a word for the checksum's sake, and zeros.
#pragma once

#include <optional>

#include <sluice/sim/router.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice::sim {

inline constexpr octet protocol_udp = 17;

namespace detail::udp_at {  // first octet of each field
inline constexpr std::size_t source_port = 0, destination_port = 2, length = 4, checksum = 6, number = 8, balance = 16,
                             end = 20;
}

/// The shortest IP packet of this family that has room for the number.
constexpr std::size_t shortest_datagram(bool ipv6) {
    return (ipv6 ? ipv6::header_length : ipv4::header_length) + detail::udp_at::end;
}

namespace detail {

constexpr partial_sum udp_pseudo_header(const ip_meta& ip, std::size_t length) {
    return sum_of_addresses(ip).add_word(protocol_udp).add_word(static_cast<std::uint16_t>(length));
}

/// Instead of TCP.
constexpr void set_protocol(mutable_octets packet, octet protocol) {
    if (packet[0] >> 4 == 6) {
        packet[ipv6::at::next_header] = protocol;
        return;
    }
    octet* const checksum = packet.data() + ipv4::at::checksum;
    const std::uint16_t before = load_be16(packet.data() + ipv4::at::ttl);  // and the protocol
    packet[ipv4::at::protocol] = protocol;
    store_be16(checksum, updated_checksum(load_be16(checksum), before, load_be16(packet.data() + ipv4::at::ttl)));
}

}  // namespace detail

/// An IP packet of so many octets. `write` puts a checksum where TCP has it, so that all the words there and behind sum
/// to what they would without this one, complemented. In a datagram that place is in the text: the pseudo-header's sum
/// there makes any checksum in the header right, which is 0xffff, for 0 would say that there is none.
constexpr tx_packet udp_packet(const ip_meta& ip, std::uint16_t source_port, std::uint16_t destination_port,
                               std::uint64_t number, std::uint16_t length) {
    namespace at = detail::udp_at;
    assert(length >= shortest_datagram(!ip.is_v4()));
    tx_packet out;
    out.meta = ip;
    out.ip_length = static_cast<std::uint8_t>(ip.is_v4() ? ipv4::header_length : ipv6::header_length);
    out.header_length = static_cast<std::uint8_t>(out.ip_length + at::end);
    out.payload_length = static_cast<std::uint32_t>(length - out.header_length);
    const mutable_octets packet(out.headers);
    if (ip.is_v4())
        ipv4::write(ip, length, packet);
    else
        ipv6::write(ip, length, packet);
    detail::set_protocol(packet, protocol_udp);
    octet* const udp = packet.data() + out.ip_length;
    const auto udp_length = static_cast<std::uint16_t>(length - out.ip_length);
    std::fill(udp, udp + at::end, octet{0});
    store_be16(udp + at::source_port, source_port);
    store_be16(udp + at::destination_port, destination_port);
    store_be16(udp + at::length, udp_length);
    store_be16(udp + at::checksum, 0xffff);
    store_be32(udp + at::number, static_cast<std::uint32_t>(number >> 32));
    store_be32(udp + at::number + 4, static_cast<std::uint32_t>(number));
    store_be16(udp + at::balance, detail::udp_pseudo_header(ip, udp_length).folded());
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
    namespace at = detail::udp_at;
    const bool is_v4 = detail::is_ipv4(packet);
    if (!is_v4 && !detail::is_ipv6(packet)) return {};
    const std::size_t begin = is_v4 ? static_cast<std::size_t>(packet[ipv4::at::version_ihl] & 0xf) * 4
                                    : ipv6::header_length;
    if (packet.size() < begin + at::end || packet[is_v4 ? ipv4::at::protocol : ipv6::at::next_header] != protocol_udp)
        return {};
    const octets udp = packet.subspan(begin);
    datagram out{.ip = {}, .source_port = load_be16(udp.data() + at::source_port),
                 .destination_port = load_be16(udp.data() + at::destination_port),
                 .number = std::uint64_t{load_be32(udp.data() + at::number)} << 32 |
                           load_be32(udp.data() + at::number + 4),
                 .length = packet.size()};
    out.ip.source = is_v4 ? ip_address::v4(packet.subspan(ipv4::at::source, 4))
                          : ip_address::v6(packet.subspan(ipv6::at::source, 16));
    out.ip.destination = destination_of(packet);
    out.ip.ecn = static_cast<ecn_codepoint>((is_v4 ? packet[ipv4::at::traffic_class] : packet[1] >> 4) & 3);
    out.ip.hop_limit = packet[is_v4 ? ipv4::at::ttl : ipv6::at::hop_limit];
    const std::size_t ip_says = is_v4 ? load_be16(packet.data() + ipv4::at::total_length)
                                      : ipv6::header_length + load_be16(packet.data() + ipv6::at::payload_length);
    const bool is_whole = ip_says == packet.size() && load_be16(udp.data() + at::length) == udp.size();
    if (!is_whole || detail::udp_pseudo_header(out.ip, udp.size()).add(udp).finish() != 0) return {};
    return out;
}

}  // namespace sluice::sim
