// SPDX-License-Identifier: MIT
//
// Packets as scripts write them, in the dialects of packetdrill: Google's, and what those of nplab and of multipath TCP
// add. What this TCP knows nothing of is left to the cursor by its name.
#pragma once

#include <array>

#include <sluice/testing/script/cursor.hpp>

namespace sluice::testing::script {

class packet_reader {
public:
    explicit packet_reader(cursor& in) : in_(in) {}

    /// From `<` or `>` on.
    std::variant<tcp_packet, icmp_packet> read() {
        const direction way = in_.accept("<") ? direction::in : (in_.accept(">"), direction::out);
        leave_tunnels();
        std::optional<numbers> quoted;
        ip_fields ip;
        if (in_.accept("[")) {
            if (in_.sees_number()) quoted = read_quoted();  // nplab's place for what an ICMP error quotes
            else ip = read_ip_fields("]", way);
        } else if (in_.accept("(")) {
            ip = read_ip_fields(")", way);
        }
        leave_tunnels();
        if (in_.accept_word("icmp")) return read_icmp(way, ip, quoted);
        if (quoted) in_.fail("icmp");
        return read_tcp(way, ip);
    }

private:
    /// They stand before what is said of the IP header, and other protocols behind it.
    void leave_tunnels() {
        for (const char* other : {"udp", "udplite", "sctp", "mpls", "gre", "GREv0", "ipv4", "ipv6", "psp"})
            if (in_.accept_word(other)) in_.leave(other);
    }

    ip_fields read_ip_fields(std::string_view end, direction way) {
        constexpr std::string_view form = "noecn, ect0, ect1, ect01, ce, tos, class, ttl, hlim or flowlabel";
        ip_fields out;
        for (const char* other : {"dscp", "udp", "udplite", "sctp"})  // the last three are quoted by ICMP
            if (in_.accept_word(other)) in_.leave(other);
        do {
            using ecn = ip_fields::ecn_mark;
            in_.accept_word("ecn");
            if (in_.accept_word("noecn")) out.ecn = ecn::noecn;
            else if (in_.accept_word("ect0")) out.ecn = ecn::ect0;
            else if (in_.accept_word("ect1")) out.ecn = ecn::ect1;
            else if (way == direction::out && in_.accept_word("ect01")) out.ecn = ecn::ect01;  // either
            else if (in_.accept_word("ce")) out.ecn = ecn::ce;
            else if (in_.accept_word("tos") || in_.accept_word("class")) out.traffic_class = read_octet();
            else if (in_.accept_word("ttl") || in_.accept_word("hlim")) out.hop_limit = read_octet();
            else if (in_.accept_word("flowlabel")) out.flow_label = in_.number32("twenty bits", 0xfffff);
            else return in_.fail(form), out;
        } while (in_.accept(","));
        in_.expect(end);
        return out;
    }
    std::uint32_t read_octet() { return in_.number32("an octet", 255); }

    // ---- TCP --------------------------------------------------------------------------------------------------------

    tcp_packet read_tcp(direction way, const ip_fields& ip) {
        leave_ports();
        tcp_packet out{.way = way, .ip = ip, .flags = read_flags()};
        if (in_.accept("...")) in_.leave("any sequence number");
        const numbers n = read_numbers();
        if (in_.accept("!")) in_.leave("an absolute sequence number");
        out.begin = n.begin;
        out.end = n.begin + n.length;
        out.length = n.length;
        if (in_.accept_word("ack")) out.ack = in_.number32("the acknowledgment number");
        if (in_.accept_word("win")) out.window = in_.number32("a window of up to 65535", 65535);
        if (in_.accept_word("urg")) out.urgent = in_.number32("an urgent pointer of up to 65535", 65535);
        if (in_.peek() == '<') out.options = read_options(way);
        else if (way == direction::in) out.options.emplace();
        if (in_.accept("/")) in_.leave("TCP in UDP");
        return out;
    }

    /// `8080 > 53`, or whole addresses, before the flags.
    void leave_ports() {
        if (in_.look_at_word() == "addr") in_.leave("addresses of a packet");
        if (!in_.sees_number()) return;
        const place begin = in_.here();
        const std::size_t from = in_.offset();
        in_.number("a port");
        if (in_.peek() == '>' || in_.peek() == '.') in_.leave("ports of a packet");
        else in_.fail(flags_form, begin, from);
    }

    static constexpr std::string_view flags_form = "flags out of F S R P . U E W C A and 0 to 7, or '-'";
    tcp_flags read_flags() {
        const place begin = in_.here();
        const std::size_t from = in_.offset();
        tcp_flags out;
        const std::string letters = in_.until_blank();
        if (letters.empty()) in_.fail(flags_form);
        if (letters == "-") return out;
        for (const char c : letters) switch (c) {
                case 'F': out |= flag::fin; break;
                case 'S': out |= flag::syn; break;
                case 'R': out |= flag::rst; break;
                case 'P': out |= flag::psh; break;
                case '.': out |= flag::ack; break;
                case 'U': out |= flag::urg; break;
                case 'E': out |= flag::ece; break;
                case 'W':
                case 'C': out |= flag::cwr; break;
                case 'A': out |= flag::ae; break;
                default:
                    if (c < '0' || c > '7') return in_.fail(flags_form, begin, from), out;
                    out |= counter_flags[static_cast<std::size_t>(c - '0')];
            }
        return out;
    }
    /// Accurate ECN's ACE: AE, CWR and ECE as a number (RFC 9768, 3.2.1).
    static constexpr std::array<tcp_flags, 8> counter_flags{flag::none,
                                                            flag::ece,
                                                            flag::cwr,
                                                            flag::cwr | flag::ece,
                                                            flag::ae,
                                                            flag::ae | flag::ece,
                                                            flag::ae | flag::cwr,
                                                            flag::ae | flag::cwr | flag::ece};

    struct numbers {
        std::uint32_t begin = 0, length = 0;
    };
    numbers read_numbers() {
        constexpr std::string_view form = "sequence numbers: '1:1001(1000)'";
        const place at = in_.here();
        const std::size_t from = in_.offset();
        numbers out{.begin = in_.number32(form)};
        in_.expect(":", form);
        const std::uint32_t end = in_.number32(form);
        in_.expect("(", form);
        out.length = in_.number32("the text's length", 65535);
        in_.expect(")", "')' behind the text's length");
        if (end - out.begin != out.length) in_.fail("an end that is begin + length", at, from);
        return out;
    }

    // ---- options ----------------------------------------------------------------------------------------------------

    std::optional<std::vector<option>> read_options(direction way) {
        std::vector<option> out;
        in_.accept("<");
        if (way == direction::out && in_.accept("...")) return in_.expect(">"), std::nullopt;
        if (in_.accept(">")) return out;
        do out.push_back(read_option());
        while (in_.accept(","));
        in_.expect(">", "',' or '>' behind an option");
        return out;
    }

    option read_option() {
        using kind = option::kind;
        option out;
        if (in_.accept_word("nop")) {
            out.what = kind::nop;
        } else if (in_.accept_word("eol")) {
            out.what = kind::end;
        } else if (in_.accept_word("mss")) {
            out = {.what = kind::mss, .value = in_.number32("an MSS of up to 65535", 65535)};
        } else if (in_.accept_word("wscale")) {
            if (in_.accept("*")) in_.leave("any window scale");
            out = {.what = kind::window_scale, .value = in_.number32("a shift of up to 255", 255)};
        } else if (in_.accept_word("sackOK")) {
            out.what = kind::sack_permitted;
        } else if (in_.accept_word("sack")) {
            out.what = kind::sack;
            do {
                const std::uint32_t begin = in_.number32("a SACK block: '1001:2001'");
                in_.expect(":", "a SACK block: '1001:2001'");
                out.blocks.emplace_back(begin, in_.number32("the end of a SACK block"));
            } while (in_.sees_number());
        } else if (in_.accept_word("TS")) {
            out.what = kind::timestamps;
            if (!in_.accept_word("val")) in_.fail("'val'");
            if (in_.accept("...")) in_.leave("any timestamp");
            out.value = in_.number32("a timestamp");
            if (!in_.accept_word("ecr")) in_.fail("'ecr'");
            out.echo = in_.number32("a timestamp");
            if (in_.accept("!")) in_.leave("an absolute timestamp");
        } else if (in_.accept_word("FO")) {
            out = {.what = kind::fast_open, .data = read_octets()};
        } else if (in_.accept_word("FOEXP") || in_.accept("exp-FO")) {
            out = {.what = kind::fast_open, .data = read_octets(), .is_experimental = true};
        } else if (in_.accept_word("kind")) {
            const std::uint32_t number = in_.number32("an option's kind", 255);
            out = {.what = kind::other, .data = read_octets(), .number = number};
        } else {
            leave_option();
            in_.fail("an option: mss, nop, eol, wscale, sackOK, sack, TS, FO, FOEXP or kind");
        }
        return out;
    }
    void leave_option() {
        for (const char* other : {"md5", "ECN", "AccECN", "AccECN0", "AccECN1", "AccECNEXP",  // and MPTCP's
                                  "mp_capable", "mp_capable_no_cs", "mpcapable", "mp_join_syn", "mp_join_syn_ack",
                                  "mp_join_ack", "dss", "add_address", "remove_address", "mp_prio", "mp_fail",
                                  "mp_fastclose", "mp_reset"})
            if (in_.accept_word(other)) in_.leave("the option " + std::string(other));
        if (in_.accept("exp-")) in_.leave("the option exp-" + in_.word("an experimental option"));
    }

    /// In hexadecimal digits, two an octet; or none.
    std::vector<std::uint8_t> read_octets() {
        std::vector<std::uint8_t> out;
        const place begin = in_.here();
        const std::size_t from = in_.offset();
        const std::string digits(in_.look_at_word());
        if (digits.empty()) return out;
        in_.word("octets");
        std::size_t i = digits.starts_with("0x") ? 2 : 0;
        for (; i + 1 < digits.size(); i += 2) {
            unsigned octet = 0;
            const char* const end = digits.data() + i + 2;
            if (std::from_chars(digits.data() + i, end, octet, 16).ptr != end) break;
            out.push_back(static_cast<std::uint8_t>(octet));
        }
        if (i != digits.size()) in_.fail("octets, two hexadecimal digits each", begin, from);
        if (out.size() > 38) in_.fail("octets that have room in an option", begin, from);
        return out;
    }

    // ---- ICMP -------------------------------------------------------------------------------------------------------

    icmp_packet read_icmp(direction way, const ip_fields& ip, std::optional<numbers> quoted) {
        icmp_packet out{.way = way, .ip = ip, .type = in_.word("an ICMP type: unreachable, type_3")};
        const std::string_view next = in_.look_at_word();
        if (in_.sees_word() && next != "mtu" && next != "id") out.code = in_.word("an ICMP code");
        if (in_.accept_word("mtu")) out.mtu = in_.number32("an MTU");
        if (in_.accept_word("id")) in_.leave("an ICMP echo");
        if (!quoted && in_.accept("[")) quoted = read_quoted();
        if (quoted) out.quoted = {quoted->begin, quoted->length};
        return out;
    }
    /// Up to the bracket that closes.
    numbers read_quoted() {
        for (const char* other : {"udp", "udplite", "sctp", "raw"})
            if (in_.accept_word(other)) in_.leave("ICMP about " + std::string(other));
        const numbers out = read_numbers();
        if (in_.accept("/")) in_.leave("TCP in UDP");
        in_.expect("]");
        return out;
    }

    cursor& in_;
};

}  // namespace sluice::testing::script
