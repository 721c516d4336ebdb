// SPDX-License-Identifier: MIT
//
// Packets as scripts write them, field by field, so that two of them can stand one above the other.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <sluice/testing/script/syntax.hpp>

namespace sluice::testing::script {

inline std::string text_of(tcp_flags f) {
    std::string out;
    const auto put = [&](tcp_flags one, char letter) {
        if (f.has(one)) out += letter;
    };
    put(flag::fin, 'F'), put(flag::syn, 'S'), put(flag::rst, 'R'), put(flag::psh, 'P'), put(flag::ece, 'E');
    put(flag::cwr, 'W'), put(flag::ae, 'A'), put(flag::urg, 'U'), put(flag::ack, '.');
    return out.empty() ? "-" : out;
}

inline std::string text_of(const option& o) {
    using kind = option::kind;
    const auto octets = [&] {
        std::string out;
        for (const std::uint8_t one : o.data) out += "0123456789abcdef"[one >> 4], out += "0123456789abcdef"[one & 15];
        return out.empty() ? out : ' ' + out;
    };
    switch (o.what) {
        case kind::end: return "eol";
        case kind::nop: return "nop";
        case kind::mss: return "mss " + std::to_string(o.value);
        case kind::window_scale: return "wscale " + std::to_string(o.value);
        case kind::sack_permitted: return "sackOK";
        case kind::sack: {
            std::string out = "sack";
            for (const auto& [begin, end] : o.blocks) out += ' ' + std::to_string(begin) + ':' + std::to_string(end);
            return out;
        }
        case kind::timestamps: return "TS val " + std::to_string(o.value) + " ecr " + std::to_string(o.echo);
        case kind::fast_open: return (o.is_experimental ? "FOEXP" : "FO") + octets();
        case kind::other: return "kind " + std::to_string(o.number) + octets();
    }
    return "?";
}
inline std::string text_of(const std::vector<option>& options) {
    std::string out = "<";
    for (const option& o : options) out += (out.size() > 1 ? "," : "") + text_of(o);
    return out + '>';
}
inline std::string text_of(const ip_fields& ip) {
    constexpr std::array<const char*, 5> marks{"noecn", "ect0", "ect1", "ce", "ect01"};
    std::string out;
    const auto put = [&](const std::string& one) { out += (out.empty() ? "[" : ",") + one; };
    if (ip.ecn) put(marks[static_cast<std::size_t>(*ip.ecn)]);
    if (ip.traffic_class) put("tos " + std::to_string(*ip.traffic_class));
    if (ip.hop_limit) put("ttl " + std::to_string(*ip.hop_limit));
    if (ip.flow_label) put("flowlabel " + std::to_string(*ip.flow_label));
    return out.empty() ? out : out + ']';
}

/// The fields of a packet, in the order in which scripts write them; what is not said is empty.
enum class field { ip, flags, numbers, ack, window, urgent, options };
inline constexpr std::size_t field_count = 7;
inline constexpr std::array<const char*, field_count> field_names{
    "IP fields", "flags", "sequence numbers", "ack", "window", "urgent pointer", "options"};
using packet_fields = std::array<std::string, field_count>;

inline packet_fields fields_of(const tcp_packet& p) {
    const auto said = [](const char* name, const std::optional<std::uint32_t>& value) {
        return value ? name + (' ' + std::to_string(*value)) : std::string();
    };
    return {text_of(p.ip),
            text_of(p.flags),
            std::to_string(p.begin) + ':' + std::to_string(p.end) + '(' + std::to_string(p.length) + ')',
            said("ack", p.ack),
            said("win", p.window),
            said("urg", p.urgent),
            p.options ? text_of(*p.options) : ""};
}

inline std::string text_of(const tcp_packet& p) {
    std::string out = p.way == direction::in ? "<" : ">";
    for (const std::string& each : fields_of(p))
        if (!each.empty()) out += ' ' + each;
    return out;
}

/// The two, one above the other, and a line that marks what differs.
inline std::string side_by_side(const tcp_packet& expected, const tcp_packet& actual,
                                const std::vector<field>& differ) {
    const packet_fields above = fields_of(expected), below = fields_of(actual);
    std::string first = "  expected: >", second = "  actual:   >", marks = "             ";
    for (std::size_t i = 0; i < field_count; ++i) {
        const std::size_t width = std::max(above[i].size(), below[i].size());
        if (width == 0) continue;
        const auto put = [&](std::string& line, const std::string& text) {
            line += ' ' + text + std::string(width - text.size(), ' ');
        };
        put(first, above[i]);
        put(second, below[i]);
        const bool differs = std::find(differ.begin(), differ.end(), static_cast<field>(i)) != differ.end();
        put(marks, std::string(differs ? width : 0, '^'));
    }
    for (std::string* line : {&first, &second, &marks}) line->erase(line->find_last_not_of(' ') + 1);
    return first + '\n' + second + '\n' + marks;
}

}  // namespace sluice::testing::script
