// SPDX-License-Identifier: MIT
//
// A packet that left, from its octets to what a script would write, in the numbers that it has on the wire.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sluice/testing/script/syntax.hpp>
#include <sluice/wire/segment.hpp>

namespace sluice::testing::script {

/// A packet that left.
struct sent_packet {
    instant at{};
    std::vector<octet> octets{};
    socket_address from{}, to{};
    tcp_packet live{};             // as a script would write it, in live numbers
    tcp_options meaning{};
    std::size_t text_begin = 0;    // in `octets`
    std::optional<std::string> broken{};
    std::optional<std::size_t> owner{};  // which conversation's
};

/// Each option as it stands there.
inline std::vector<option> read_raw_options(octets from) {
    using kind = option::kind;
    std::vector<option> out;
    while (!from.empty()) {
        option o;
        const unsigned number = from[0];
        if (number < 2) {
            o.what = number == 0 ? kind::end : kind::nop;
            out.push_back(o);
            from = from.subspan(1);
            continue;
        }
        if (from.size() < 2 || from[1] < 2 || from[1] > from.size()) break;
        const octets body = from.subspan(2, from[1] - 2u);
        o = {.what = kind::other, .data = {body.begin(), body.end()}, .number = number};
        if (number == 2 && body.size() == 2) o = {.what = kind::mss, .value = load_be16(body.data())};
        if (number == 3 && body.size() == 1) o = {.what = kind::window_scale, .value = body[0]};
        if (number == 4 && body.empty()) o = {.what = kind::sack_permitted};
        if (number == 8 && body.size() == 8)
            o = {.what = kind::timestamps, .value = load_be32(body.data()), .echo = load_be32(body.data() + 4)};
        if (number == 5 && !body.empty() && body.size() % 8 == 0) {
            o = {.what = kind::sack};
            for (std::size_t i = 0; i < body.size(); i += 8)
                o.blocks.emplace_back(load_be32(body.data() + i), load_be32(body.data() + i + 4));
        }
        if (number == 34) o = {.what = kind::fast_open, .data = {body.begin(), body.end()}};
        out.push_back(o);
        from = from.subspan(from[1]);
    }
    return out;
}

inline sent_packet read_sent(std::vector<octet> packet, instant at) {
    sent_packet out{.at = at, .octets = std::move(packet)};
    const auto parsed = parse_packet({.data = out.octets, .length = out.octets.size()});
    if (!parsed) {
        out.broken = "a packet that does not parse, or has a wrong checksum";
        return out;
    }
    const ip_meta& ip = parsed->ip;
    const segment& s = parsed->segment;
    out.from = {ip.source, s.source_port};
    out.to = {ip.destination, s.destination_port};
    out.meaning = s.options;
    out.text_begin = out.octets.size() - s.text.size();
    const std::size_t at_tcp = ip.is_v4() ? ipv4::header_length : ipv6::header_length;
    const tcp_header tcp = tcp_header::read(octets(out.octets).subspan(at_tcp));
    tcp_packet& live = out.live;
    live.way = direction::out;
    live.ip = {.ecn = std::array{ip_fields::ecn_mark::noecn, ip_fields::ecn_mark::ect1, ip_fields::ecn_mark::ect0,
                                 ip_fields::ecn_mark::ce}[static_cast<std::size_t>(ip.ecn) & 3],
               .traffic_class = static_cast<unsigned>(ip.dscp) << 2 | static_cast<unsigned>(ip.ecn),
               .hop_limit = ip.hop_limit};
    live.flags = s.flags;
    live.begin = s.sequence.number();
    live.length = s.text_length;
    live.end = live.begin + live.length;
    if (s.has(flag::ack)) live.ack = s.acknowledgment.number();
    live.window = s.window;
    if (s.has(flag::urg)) live.urgent = tcp.urgent_pointer;
    live.options = read_raw_options(
        octets(out.octets).subspan(at_tcp + tcp_header::length, std::size_t{tcp.data_offset} - tcp_header::length));
    return out;
}

}  // namespace sluice::testing::script
