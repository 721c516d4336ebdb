// SPDX-License-Identifier: MIT
//
// From a script's text to what it says. One function for each form of the language, called from the one before; the
// cursor keeps the first thing that is wrong.
#pragma once

#include <sluice/testing/script/cursor.hpp>

namespace sluice::testing::script {

struct parsed {
    document script{};
    std::optional<parse_error> error{};
};

class parser {
public:
    explicit parser(std::string_view text) : in_(text) {}

    parsed read(const std::string& file) {
        parsed out;
        out.script.file = file;
        while (in_.sees("--")) out.script.settings.push_back(read_setting());
        while (in_.peek() == '`') out.script.before.push_back(read_command());
        while (!in_.at_end()) out.script.events.push_back(read_event());
        out.error = in_.error();
        if (out.error) out.error->file = file;
        return out;
    }

private:
    // ---- events ------------------------------------------------------------------------------------------------------

    setting read_setting() {
        setting out{.where = in_.here()};
        in_.accept("--");
        out.name = in_.word("the name of a setting");
        if (in_.accept("=")) out.text = in_.peek() == '"' ? in_.quoted("\"", "\"", "text") : in_.until_blank();
        return out;
    }

    event read_event() {
        event out{.where = in_.here()};
        const std::size_t begin = in_.offset();
        out.when = read_time();
        if (in_.peek() == '<' || in_.peek() == '>')
            read_packet(out);
        else if (in_.peek() == '`')
            out.what = read_command();
        else if (in_.sees("%{"))
            out.what = code{in_.quoted("%{", "}%", "code")};
        else if (in_.sees_word())
            out.what = read_call();
        else
            in_.fail("a packet ('<' or '>'), a call, a `command` or %{ code }%");
        if (!in_.error()) out.text = std::string(in_.between(begin, in_.end_of_last()));
        if (out.when.end && !std::holds_alternative<call>(out.what) && !in_.error())
            in_.fail("a call, since only calls have an end", out.where, begin);
        return out;
    }

    event_time read_time() {
        constexpr std::string_view form = "a time: '0.1', '+0.1' or '*'";
        event_time out;
        if (in_.accept("*")) {
            out.how = event_time::kind::any;
            return out;
        }
        if (in_.accept("+")) out.how = event_time::kind::relative;
        else if (!cursor::is_digit(in_.peek()) && in_.peek() != '.') return in_.fail(form), out;
        out.at = in_.seconds(form);
        if (in_.accept("~"))
            out.latest = read_second_time(out.at);
        else if (in_.accept("..."))
            out.end = read_second_time(out.at);
        return out;
    }
    duration read_second_time(duration first) {
        const place begin = in_.here();
        const std::size_t from = in_.offset();
        in_.accept("+");
        const duration out = in_.seconds("the second time");
        if (out < first) in_.fail("a time that is not before the first", begin, from);
        return out;
    }

    command read_command() { return {in_.quoted("`", "`", "a `command`")}; }

    // ---- packets -----------------------------------------------------------------------------------------------------

    void read_packet(event& out) {
        const direction way = in_.accept("<") ? direction::in : (in_.accept(">"), direction::out);
        const ip_fields ip = in_.peek() == '[' ? read_ip_fields() : ip_fields{};
        for (const char* other : {"udp", "udplite", "mpls", "gre", "ipv4", "ipv6", "sctp", "gue", "vxlan", "esp"})
            if (in_.accept_word(other)) {
                out.what = foreign_packet{other};
                in_.rest_of_line();
                return;
            }
        if (in_.accept_word("icmp") || in_.accept_word("icmpv6"))
            out.what = read_icmp(way, ip);
        else
            out.what = read_tcp(way, ip);
    }

    ip_fields read_ip_fields() {
        constexpr std::string_view form = "noecn, ect0, ect1, ect01, ce, tos, ttl or flowlabel";
        ip_fields out;
        in_.accept("[");
        do {
            using ecn = ip_fields::ecn_mark;
            if (in_.accept_word("noecn")) out.ecn = ecn::noecn;
            else if (in_.accept_word("ect0")) out.ecn = ecn::ect0;
            else if (in_.accept_word("ect1")) out.ecn = ecn::ect1;
            else if (in_.accept_word("ect01")) out.ecn = ecn::ect01;
            else if (in_.accept_word("ce")) out.ecn = ecn::ce;
            else if (in_.accept_word("tos")) out.traffic_class = in_.number32("an octet", 255);
            else if (in_.accept_word("ttl")) out.hop_limit = in_.number32("an octet", 255);
            else if (in_.accept_word("flowlabel")) out.flow_label = in_.number32("twenty bits", 0xfffff);
            else return in_.fail(form), out;
        } while (in_.accept(","));
        in_.expect("]");
        return out;
    }

    tcp_packet read_tcp(direction way, const ip_fields& ip) {
        tcp_packet out{.way = way, .ip = ip, .flags = read_flags()};
        const place at_numbers = in_.here();
        const std::size_t from = in_.offset();
        constexpr std::string_view form = "sequence numbers: '1:1001(1000)'";
        out.begin = in_.number32(form);
        in_.expect(":", form);
        out.end = in_.number32(form);
        in_.expect("(", form);
        out.length = in_.number32("the text's length", 65535);
        in_.expect(")", "')' behind the text's length");
        if (out.end - out.begin != out.length) in_.fail("an end that is begin + length", at_numbers, from);
        if (in_.accept_word("ack")) out.ack = in_.number32("the acknowledgment number");
        if (in_.accept_word("win")) out.window = in_.number32("a window of up to 65535", 65535);
        if (in_.accept_word("urg")) out.urgent = in_.number32("an urgent pointer of up to 65535", 65535);
        if (in_.peek() == '<') out.options = read_options(way);
        else if (way == direction::in) out.options.emplace();
        return out;
    }

    tcp_flags read_flags() {
        constexpr std::string_view form = "flags out of F S R P . U E W C A, or '-'";
        const place begin = in_.here();
        const std::size_t from = in_.offset();
        tcp_flags out;
        const std::string letters = in_.until_blank();
        if (letters.empty()) in_.fail(form);
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
                default: return in_.fail(form, begin, from), out;
            }
        return out;
    }

    std::optional<std::vector<option>> read_options(direction way) {
        std::vector<option> out;
        in_.accept("<");
        if (in_.accept("...")) {
            in_.expect(">");
            if (way == direction::out) return {};
            return out;
        }
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
            out.value = in_.number32("a timestamp");
            if (!in_.accept_word("ecr")) in_.fail("'ecr'");
            out.echo = in_.number32("a timestamp");
        } else if (in_.accept_word("FO")) {
            out = {.what = kind::fast_open, .data = read_octets()};
        } else if (in_.accept_word("FOEXP")) {
            out = {.what = kind::fast_open, .data = read_octets(), .is_experimental = true};
        } else if (in_.accept_word("kind")) {
            const std::uint32_t number = in_.number32("an option's kind", 255);
            out = {.what = kind::other, .data = read_octets(), .number = number};
        } else {
            for (const char* name : {"md5", "AccECN", "ECN", "acc_ecn_0", "acc_ecn_1", "mp_capable", "mp_join", "dss"})
                if (in_.accept_word(name)) {
                    in_.until_one_of(",>\n");
                    return {.what = kind::foreign, .name = name};
                }
            in_.fail("an option: mss, nop, eol, wscale, sackOK, sack, TS, FO, FOEXP or kind");
        }
        return out;
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

    icmp_packet read_icmp(direction way, const ip_fields& ip) {
        icmp_packet out{.way = way, .ip = ip, .type = in_.word("an ICMP type: unreachable, type_3")};
        if (in_.sees_word() && in_.look_at_word() != "mtu") out.code = in_.word("an ICMP code");
        if (in_.accept_word("mtu")) out.mtu = in_.number32("an MTU of up to 65535", 65535);
        if (in_.accept("[")) {
            if (in_.accept_word("udp")) {
                in_.until_one_of("]\n");
            } else {
                const std::uint32_t begin = in_.number32("the packet that is quoted: '1:1461(1460)'");
                in_.expect(":");
                in_.number32("the end of the packet that is quoted");
                in_.expect("(");
                out.quoted = {begin, in_.number32("the length of the packet that is quoted")};
                in_.expect(")");
            }
            in_.expect("]");
        }
        return out;
    }

    // ---- calls -------------------------------------------------------------------------------------------------------

    call read_call() {
        call out{.name = in_.word("a call")};
        in_.expect("(");
        if (!in_.accept(")")) {
            do out.arguments.push_back(read_value());
            while (in_.accept(","));
            in_.expect(")", "',' or ')' behind an argument");
        }
        in_.expect("=", "'=' and the call's result");
        out.result = read_value();
        if (in_.sees_word()) out.error = in_.word("an errno's name");
        if (in_.accept("(")) {  // the errno's text, or what a number means
            in_.until_one_of(")\n");
            in_.expect(")", "')' behind the note");
        }
        return out;
    }

    value read_value() {
        value out{.where = in_.here()};
        if (depth_ == deepest) return in_.fail("values within fewer others"), out;
        ++depth_;
        read_value(out);
        --depth_;
        return out;
    }

    void read_value(value& out) {
        using kind = value::kind;
        if (in_.accept("...")) return;
        if (in_.peek() == '"') {
            out.what = kind::text;
            while (in_.peek() == '"') out.text += in_.quoted("\"", "\"", "text");
        } else if (in_.accept("[")) {
            out.what = kind::list;
            read_items(out, "]");
        } else if (in_.accept("{")) {
            out.what = kind::structure;
            read_items(out, "}");
        } else if (in_.sees_number()) {
            out.what = kind::number;
            out.number = in_.number("a number");
            read_alternatives(out);
        } else if (in_.accept("&") || in_.sees_word()) {  // inet_pton(AF_INET6, "::", &sin6_addr)
            out.what = kind::word;
            out.words.push_back(in_.word("a name"));
            if (in_.accept("(")) {
                out.what = kind::call;
                read_items(out, ")");
            } else {
                read_alternatives(out);
            }
        } else {
            in_.fail("a value: a number, a name, \"text\", [list], {structure} or '...'");
        }
    }
    void read_alternatives(value& out) {
        while (in_.accept("|")) {
            out.what = value::kind::word;
            if (in_.sees_number()) out.number |= in_.number("a number");
            else out.words.push_back(in_.word("a name or a number behind '|'"));
        }
    }

    /// Up to `end`; each with or without a name of its own: `onoff=1`, `msg_iov(2)=[…]`.
    void read_items(value& out, std::string_view end) {
        if (in_.accept(end)) return;
        do {
            value item = read_value();
            const bool can_be_name = (item.what == value::kind::word || item.what == value::kind::call) && item.words.size() == 1;
            if (can_be_name && in_.accept("=")) {
                std::string name = item.words.front();
                item = read_value();
                item.name = std::move(name);
            }
            out.items.push_back(std::move(item));
        } while (in_.accept(","));
        in_.expect(end, "',' or '" + std::string(end) + "'");
    }

    static constexpr int deepest = 16;

    cursor in_;
    int depth_ = 0;
};

/// What the text of a script says; `file` is only a name for reports.
inline parsed parse(std::string_view text, const std::string& file = "script") { return parser(text).read(file); }

}  // namespace sluice::testing::script
