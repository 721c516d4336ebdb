// SPDX-License-Identifier: MIT
//
// Packets at the edge of the core, in both directions.
// rx_packet: octets that came, and what the link knows of them. tx_packet: finished headers, and payload that still
// lies in the send buffer. Either may be a super-segment (TSO, GRO) or carry virtual payload that is only counted
// (simulations). `write` makes octets of a tx_packet in one pass; `split` cuts a super-segment for links that can't.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <type_traits>

#include <sluice/wire/ip_meta.hpp>
#include <sluice/wire/ipv4.hpp>
#include <sluice/wire/ipv6.hpp>
#include <sluice/wire/tcp_header.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

enum class checksum_state : std::uint8_t {
    unknown,   // to be verified here (MUST-3)
    verified,  // by the link's hardware
    partial,   // never was on a wire: the sender left it to an offload that was not needed
};

struct rx_packet {
    octets data;                     // headers and what there is of the payload
    std::size_t length = data.size();  // of the packet; more than data.size() when payload is virtual
    std::uint16_t segment_size = 0;  // payload of each of the coalesced segments; 0: just one
    checksum_state checksum = checksum_state::unknown;
};

/// Where a packet goes that has not been verified; what is too short for one is nobody's.
constexpr ip_address destination_of(octets packet) {
    if (packet.size() >= ipv6::header_length && packet[0] >> 4 == 6)
        return ip_address::v6(packet.subspan(ipv6::at::destination, 16));
    if (packet.size() >= ipv4::header_length) return ip_address::v4(packet.subspan(ipv4::at::destination, 4));
    return {};
}

/// And where it says that it comes from.
constexpr ip_address source_of(octets packet) {
    if (packet.size() >= ipv6::header_length && packet[0] >> 4 == 6)
        return ip_address::v6(packet.subspan(ipv6::at::source, 16));
    if (packet.size() >= ipv4::header_length) return ip_address::v4(packet.subspan(ipv4::at::source, 4));
    return {};
}

/// Its IP header, of either family and before any protocol (ipv4::read_any, ipv6::read_any).
constexpr ip_extent read_ip(octets packet, std::size_t length, ip_meta& meta) {
    if (packet.empty()) return {};
    return packet[0] >> 4 == 4 ? ipv4::read_any(packet, length, meta) : ipv6::read_any(packet, length, meta);
}

/// A packet that leaves. Its TCP checksum field holds the pseudo-header's sum, as Linux calls CHECKSUM_PARTIAL, unless
/// it is finished already: then it is whatever it is. Payload is borrowed until the next call into the connection or
/// stack that built it.
struct tx_packet {
    static constexpr std::size_t longest_headers = 128;
    static constexpr std::size_t most_spans = 6;  // 64 KiB in 16 KiB chunks, begun anywhere

    /// The headers are left unwritten on purpose: `write_headers` does it, and a batch of packets costs nothing before.
    constexpr tx_packet() {
        if (std::is_constant_evaluated()) headers.fill(0);
    }

    ip_meta meta;
    std::uint8_t ip_length = 0;       // of the IP header
    std::uint8_t header_length = 0;   // of IP and TCP headers together
    std::uint8_t spans = 0;
    bool is_finished = false;         // nothing is left to be summed or cut
    std::uint16_t segment_size = 0;   // payload of each slice of a super-segment; 0: it is none
    std::uint32_t payload_length = 0;  // may exceed what the spans hold: the rest is virtual
    std::array<octet, longest_headers> headers;
    std::array<octets, most_spans> payload;

    constexpr std::size_t length() const { return std::size_t{header_length} + payload_length; }
    constexpr octets tcp() const { return octets(headers).subspan(ip_length, std::size_t{header_length} - ip_length); }
    constexpr tcp_header header() const { return tcp_header::read(tcp()); }
    constexpr std::uint32_t segments() const {
        return segment_size == 0 || payload_length == 0 ? 1 : (payload_length + segment_size - 1) / segment_size;
    }

    /// Nothing but where it goes: what room may hold of the packet before is gone.
    constexpr void begin(const ip_meta& where) {
        meta = where;
        spans = 0;
        is_finished = false;
        payload_length = 0;
        segment_size = 0;
    }
    constexpr void borrow(octets span) {
        if (span.empty()) return;
        assert(spans < most_spans);
        payload[spans++] = span;
        payload_length += static_cast<std::uint32_t>(span.size());
    }
};

/// Where a packet's TCP options stand.
constexpr mutable_octets options_of(tx_packet& packet) {
    const std::size_t ip = packet.meta.is_v4() ? ipv4::header_length : ipv6::header_length;
    return mutable_octets(packet.headers).subspan(ip + tcp_header::length);
}

/// Fills in the headers: IP and TCP, over options that stand there already (a multiple of four octets). Payload must
/// have been added before, since both headers count it. A super-segment never has SYN, RST or URG: hardware that cuts
/// it would repeat them, and would not move the urgent pointer (MUST-62).
constexpr void finish_headers(tx_packet& packet, tcp_header tcp, std::size_t options_length) {
    packet.ip_length = static_cast<std::uint8_t>(packet.meta.is_v4() ? ipv4::header_length : ipv6::header_length);
    tcp.data_offset = static_cast<std::uint8_t>(tcp_header::length + options_length);
    packet.header_length = static_cast<std::uint8_t>(packet.ip_length + tcp.data_offset);
    assert(packet.segments() == 1 || !tcp.flags.has_any(flag::syn | flag::rst | flag::urg));
    const mutable_octets out(packet.headers);
    // A super-segment's own length may be more than the field holds; each slice gets its own by `split`.
    if (packet.meta.is_v4())
        ipv4::write(packet.meta, packet.length(), out);
    else
        ipv6::write(packet.meta, packet.length(), out);
    const mutable_octets at_tcp = out.subspan(packet.ip_length);
    tcp.write(at_tcp);
    const partial_sum pseudo = pseudo_header_sum(packet.meta, tcp.data_offset + std::size_t{packet.payload_length});
    store_be16(at_tcp.data() + tcp_header::at::checksum, pseudo.folded());
}
/// The same, and the options.
constexpr void write_headers(tx_packet& packet, const tcp_header& tcp, octets options) {
    copy(options, options_of(packet));
    finish_headers(packet, tcp, options.size());
}
constexpr void write_headers_with(tx_packet& packet, const tcp_header& tcp, const tcp_options& options) {
    options.write(options_of(packet));
    finish_headers(packet, tcp, options.length());
}


/// Of what holds no TCP: IP's header, before others of so many octets, which go where the answer says. Payload must
/// have been added before.
constexpr mutable_octets begin_headers(tx_packet& packet, std::size_t length, octet protocol) {
    const bool is_v4 = packet.meta.is_v4();
    packet.ip_length = static_cast<std::uint8_t>(is_v4 ? ipv4::header_length : ipv6::header_length);
    packet.header_length = static_cast<std::uint8_t>(packet.ip_length + length);
    const mutable_octets out(packet.headers);
    if (is_v4)
        ipv4::write(packet.meta, packet.length(), out, protocol);
    else
        ipv6::write(packet.meta, packet.length(), out, protocol);
    return out.subspan(packet.ip_length, length);
}
/// Of all that it borrows, where an even number of octets stands before; what is virtual is zeros.
constexpr partial_sum sum_of_payload(const tx_packet& packet) {
    partial_sum sum;
    std::size_t before = 0;
    for (const octets span : std::span(packet.payload).first(packet.spans)) {
        const partial_sum alone = partial_sum().add(span);
        sum.add(before % 2 == 0 ? alone : alone.swapped());
        before += span.size();
    }
    return sum;
}

/// Writes the packet to `out`, finishes its TCP checksum on the way, and returns its length. Virtual payload is written
/// as zeros.
constexpr std::size_t write(const tx_packet& packet, mutable_octets out) {
    assert(packet.segments() == 1 && out.size() >= packet.length());
    const octets headers = octets(packet.headers).first(packet.header_length);
    copy(headers, out);
    partial_sum sum;
    sum.add(headers.subspan(packet.ip_length));
    std::size_t end = packet.header_length;
    for (std::size_t i = 0; i < packet.spans; ++i) {
        const octets span = packet.payload[i];
        const partial_sum part = copy_and_sum(span, out.subspan(end));
        sum.add((end - packet.header_length) % 2 == 0 ? part : part.swapped());
        end += span.size();
    }
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(end),
              out.begin() + static_cast<std::ptrdiff_t>(packet.length()), octet{0});
    if (!packet.is_finished) store_be16(out.data() + packet.ip_length + tcp_header::at::checksum, sum.finish());
    return packet.length();
}

/// Calls `each(tx_packet)` for every wire-size slice of a super-segment, in order. FIN and PSH go on the last slice,
/// CWR on the first.
constexpr void split(const tx_packet& packet, auto&& each) {
    if (packet.segments() == 1) {
        each(packet);
        return;
    }
    const tcp_header whole = packet.header();
    const octets options = packet.tcp().subspan(tcp_header::length);
    std::size_t span = 0, used = 0;  // the next octet to hand out
    for (std::uint32_t begin = 0; begin < packet.payload_length; begin += packet.segment_size) {
        tx_packet slice;
        slice.meta = packet.meta;
        const std::uint32_t length = std::min<std::uint32_t>(packet.segment_size, packet.payload_length - begin);
        while (slice.payload_length < length && span < packet.spans) {
            const octets rest = packet.payload[span].subspan(used);
            const std::size_t taken = std::min<std::size_t>(rest.size(), length - slice.payload_length);
            slice.borrow(rest.first(taken));
            used += taken;
            if (taken == rest.size()) ++span, used = 0;
        }
        slice.payload_length = length;  // the rest, if any, is virtual
        tcp_header tcp = whole;
        tcp.sequence += begin;
        if (begin != 0) tcp.flags = tcp.flags.without(flag::cwr);
        if (begin + length < packet.payload_length) tcp.flags = tcp.flags.without(flag::fin | flag::psh);
        write_headers(slice, tcp, options);
        each(static_cast<const tx_packet&>(slice));
    }
}

}  // namespace sluice
