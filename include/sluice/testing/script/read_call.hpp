// SPDX-License-Identifier: MIT
//
// Calls as scripts write them, `bind(3, ..., ...) = 0`, and the values in them: numbers, names, text, lists,
// structures. A name may stand for another value, by --define=NAME=value.
#pragma once

#include <map>

#include <sluice/testing/script/cursor.hpp>

namespace sluice::testing::script {

class call_reader {
public:
    using definitions = std::map<std::string, std::string, std::less<>>;

    call_reader(cursor& in, const definitions& defined) : in_(in), defined_(defined) {}

    call read() {
        call out{.name = in_.word("a call")};
        in_.expect("(");
        value arguments;
        read_items(arguments, ")");
        out.arguments = std::move(arguments.items);
        in_.expect("=", "'=' and the call's result");
        out.result = read_value();
        const bool is_failure = out.result.is_number() && out.result.number == -1;
        if (is_failure && in_.sees_word()) out.error = in_.word("an errno's name");
        while (in_.accept("(")) {  // the errno's text, or what a number means
            in_.until_one_of(")\n");
            in_.expect(")", "')' behind the note");
        }
        return out;
    }

private:
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
            while (in_.peek() == '"') out.text += read_text();
            if (in_.accept("...")) out = {.where = out.where};  // longer text, of which only this is written
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
            read_name(out);
        } else {
            if (in_.peek() == '(') in_.leave("a stack of MPLS labels");
            in_.fail("a value: a number, a name, \"text\", [list], {structure} or '...'");
        }
    }
    void read_name(value& out) {
        const std::string name = in_.word("a name");
        if (in_.accept("(")) {
            out.what = value::kind::call;
            out.words.push_back(name);
            return read_items(out, ")");
        }
        if (name == "flags" && (in_.peek() == '[' || in_.sees_number())) return in_.leave("a GRE header");
        const auto stands_for = defined_.find(name);
        if (stands_for == defined_.end()) {
            out.what = value::kind::word;
            out.words.push_back(name);
        } else {
            cursor inside(stands_for->second);
            out = call_reader(inside, {}).read_value();
            if (inside.error() || !inside.at_end()) return in_.fail("a value behind " + name + ", as it is defined");
        }
        read_alternatives(out);
    }
    void read_alternatives(value& out) {
        while (in_.accept("|")) {
            const value next = in_.sees_word() || in_.sees_number() ? read_value() : value{};
            const bool is_either = next.what == value::kind::number || next.what == value::kind::word;
            if (!is_either) return in_.fail("a name or a number behind '|'");
            out.what = value::kind::word;
            out.number |= next.number;
            out.words.insert(out.words.end(), next.words.begin(), next.words.end());
        }
    }

    /// Up to `end`; each with or without a name of its own: `onoff=1`, `msg_iov(2)=[…]`.
    void read_items(value& out, std::string_view end) {
        if (in_.accept(end)) return;
        do {
            value item = read_value();
            const bool can_be_name = item.what == value::kind::word || item.what == value::kind::call;
            if (can_be_name && item.words.size() == 1 && in_.accept("=")) {
                std::string name = item.words.front();
                item = read_value();
                item.name = std::move(name);
            }
            out.items.push_back(std::move(item));
        } while (in_.accept(","));
        in_.expect(end, "',' or '" + std::string(end) + "'");
    }

    /// The escapes are C's, as far as packetdrill has them.
    std::string read_text() {
        const place begin = in_.here();
        const std::size_t from = in_.offset();
        const std::string written = in_.quoted("\"", "\"", "text");
        std::string out;
        for (std::size_t i = 0; i < written.size(); ++i) {
            if (written[i] != '\\') {
                out += written[i];
                continue;
            }
            constexpr std::string_view names = "\\\"fnrtv", meanings = "\\\"\f\n\r\t\v";
            const char name = written[++i];  // never the last: a text does not end in a backslash
            unsigned octet = 0;
            const char* const digits = written.data() + i + 1;
            if (const std::size_t which = names.find(name); which != std::string_view::npos) {
                out += meanings[which];
            } else if (name == 'x' && i + 2 < written.size() &&
                       std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2) {
                out += static_cast<char>(octet);
                i += 2;
            } else {
                in_.fail("text whose escapes are of \\\\ \\\" \\f \\n \\r \\t \\v \\xHH", begin, from);
            }
        }
        return out;
    }

    static constexpr int deepest = 16;

    cursor& in_;
    const definitions& defined_;
    int depth_ = 0;
};

}  // namespace sluice::testing::script
