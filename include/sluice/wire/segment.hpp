// SPDX-License-Identifier: MIT
//
// A received segment as RFC 9293 section 3.3.1 speaks of it: SEG.SEQ, SEG.ACK, SEG.LEN, SEG.WND, SEG.UP; and the way from
// a packet's octets to it, which refuses what is malformed before any connection sees it.
#pragma once

#include <optional>

#include <sluice/wire/packet.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

struct segment {
    seq sequence;
    seq acknowledgment;
    tcp_flags flags;
    std::uint16_t window = 0;
    std::uint16_t urgent_pointer = 0;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    tcp_options options;
    octets text;                      // what there is of it
    std::uint32_t text_length = 0;    // more than text.size() when it is virtual
    std::uint32_t segments = 1;       // how many the link coalesced into this one

    constexpr bool has(tcp_flags wanted) const { return flags.has(wanted); }
    /// SEG.LEN: text, and one each for SYN and FIN.
    constexpr std::uint32_t length() const {
        return text_length + (has(flag::syn) ? 1u : 0u) + (has(flag::fin) ? 1u : 0u);
    }
    constexpr seq first_text() const { return has(flag::syn) ? sequence + 1 : sequence; }
    constexpr seq end() const { return sequence + length(); }
};

/// A segment in the payload of a datagram. Nothing for a short header, an impossible data offset, illegal options or a
/// wrong checksum (MUST-3).
constexpr std::optional<segment> parse_segment(const ip_meta& ip, const rx_packet& payload) {
    if (payload.data.size() < tcp_header::length || payload.length < payload.data.size()) return {};
    const tcp_header tcp = tcp_header::read(payload.data);
    if (tcp.data_offset < tcp_header::length || tcp.data_offset > payload.data.size()) return {};
    if (payload.checksum == checksum_state::unknown &&
        pseudo_header_sum(ip, payload.length).add(payload.data).finish() != 0)
        return {};
    const auto options =
        tcp_options::read(payload.data.subspan(tcp_header::length, tcp.data_offset - tcp_header::length));
    if (!options) return {};
    const auto text_length = static_cast<std::uint32_t>(payload.length - tcp.data_offset);
    return segment{.sequence = tcp.sequence,
                   .acknowledgment = tcp.acknowledgment,
                   .flags = tcp.flags,
                   .window = tcp.window,
                   .urgent_pointer = tcp.urgent_pointer,
                   .source_port = tcp.source_port,
                   .destination_port = tcp.destination_port,
                   .options = *options,
                   .text = payload.data.subspan(tcp.data_offset),
                   .text_length = text_length,
                   .segments = payload.segment_size == 0 || text_length == 0
                                   ? 1
                                   : (text_length + payload.segment_size - 1) / payload.segment_size};
}

struct datagram_segment {
    ip_meta ip;
    sluice::segment segment;
};

/// A segment in a whole IP packet of either family.
constexpr std::optional<datagram_segment> parse_packet(const rx_packet& packet) {
    const auto of = [&](const auto& datagram) -> std::optional<datagram_segment> {
        if (!datagram) return {};
        // Both parsers leave header_length inside of either.
        const std::size_t end = std::min(datagram->total_length, packet.data.size());
        rx_packet payload = packet;
        payload.data = packet.data.subspan(datagram->header_length, end - datagram->header_length);
        payload.length = datagram->total_length - datagram->header_length;
        const auto parsed = parse_segment(datagram->meta, payload);
        if (!parsed) return {};
        return datagram_segment{datagram->meta, *parsed};
    };
    if (packet.data.empty()) return {};
    return packet.data[0] >> 4 == 4 ? of(ipv4::parse(packet.data, packet.length))
                                    : of(ipv6::parse(packet.data, packet.length));
}

}  // namespace sluice
