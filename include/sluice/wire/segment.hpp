// SPDX-License-Identifier: MIT
//
// A received segment as RFC 9293 section 3.3.1 speaks of it: SEG.SEQ, SEG.ACK, SEG.LEN, SEG.WND, SEG.UP; and the way
// from a packet's octets to it, which refuses what is malformed before any connection sees it.
#pragma once

#include <optional>

#include <sluice/wire/packet.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

struct segment {
    seq sequence;
    seq acknowledgment;
    tcp_flags flags;
    std::uint32_t window = 0;  // as it stands there; the connection that it is for scales it
    seq up;  // where the urgent pointer points; only with URG
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    tcp_options options;
    octets option_list;               // as it came, for options that are not among these
    octets text;                      // what there is of it
    std::uint32_t text_length = 0;    // more than text.size() when it is virtual
    std::uint32_t segments = 1;       // how many the link coalesced into this one
    bool trimmed = false;             // text beyond the window has been cut off

    constexpr bool has(tcp_flags wanted) const { return flags.has(wanted); }
    /// SEG.LEN: text, and one each for SYN and FIN.
    constexpr std::uint32_t length() const {
        return text_length + (has(flag::syn) ? 1u : 0u) + (has(flag::fin) ? 1u : 0u);
    }
    constexpr seq first_text() const { return has(flag::syn) ? sequence + 1 : sequence; }
    constexpr seq end() const { return sequence + length(); }
};

/// Reads a segment from the payload of a datagram to its place. False for a short header, an impossible data offset,
/// illegal options or a wrong checksum (MUST-3).
constexpr bool read_segment(const ip_meta& ip, const rx_packet& payload, segment& s) {
    if (payload.data.size() < tcp_header::length || payload.length < payload.data.size()) return false;
    const tcp_header tcp = tcp_header::read(payload.data);
    if (tcp.data_offset < tcp_header::length || tcp.data_offset > payload.data.size()) return false;
    if (payload.checksum == checksum_state::unknown &&
        pseudo_header_sum(ip, payload.length).add(payload.data).finish() != 0)
        return false;
    if (tcp.data_offset > tcp_header::length &&
        !s.options.read_all(s.option_list = payload.data.subspan(tcp_header::length,
                                                                 tcp.data_offset - tcp_header::length)))
        return false;
    s.sequence = tcp.sequence;
    s.acknowledgment = tcp.acknowledgment;
    s.flags = tcp.flags;
    s.window = tcp.window;
    s.up = tcp.sequence + tcp.urgent_pointer;
    s.source_port = tcp.source_port;
    s.destination_port = tcp.destination_port;
    s.text = payload.data.subspan(tcp.data_offset);
    s.text_length = static_cast<std::uint32_t>(payload.length - tcp.data_offset);
    if (payload.segment_size != 0 && s.text_length != 0)
        s.segments = (s.text_length + payload.segment_size - 1) / payload.segment_size;
    return true;
}

/// The same as a value, or nothing.
constexpr std::optional<segment> parse_segment(const ip_meta& ip, const rx_packet& payload) {
    std::optional<segment> out(std::in_place);
    if (!read_segment(ip, payload, *out)) out.reset();
    return out;
}

struct datagram_segment {
    ip_meta ip;
    sluice::segment segment;
};

/// A segment in a whole IP packet of either family.
constexpr std::optional<datagram_segment> parse_packet(const rx_packet& packet) {
    std::optional<datagram_segment> out;
    if (packet.data.empty()) return out;
    out.emplace();
    const ip_extent extent = packet.data[0] >> 4 == 4 ? ipv4::read(packet.data, packet.length, out->ip)
                                                      : ipv6::read(packet.data, packet.length, out->ip);
    rx_packet payload = packet;
    if (extent.header_length != 0) {
        const std::size_t end = std::min(extent.total_length, packet.data.size());  // header_length is inside of both
        payload.data = packet.data.subspan(extent.header_length, end - extent.header_length);
        payload.length = extent.total_length - extent.header_length;
    }
    if (extent.header_length == 0 || !read_segment(out->ip, payload, out->segment)) out.reset();
    return out;
}

}  // namespace sluice
