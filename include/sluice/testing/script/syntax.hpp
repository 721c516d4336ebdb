// SPDX-License-Identifier: MIT
//
// What a packet script says, as values: a list of timed events, each a segment, an ICMP error, a call, a shell command
// or code to assert. Nothing here knows how it was written (parser.hpp) or what it means to a TCP (runner.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sluice/base/time.hpp>
#include <sluice/wire/tcp_header.hpp>

namespace sluice::testing::script {

/// Where something stands in a script's text; both count from 1.
struct place {
    int line = 1;
    int column = 1;
};

// ---- time -----------------------------------------------------------------------------------------------------------

/// `0.1`, `+0.1`, `*`, `0.1~0.3`, `+0.1~+0.3`; `0.1...0.3` for a call that ends later than it begins. The second time
/// of each counts from where the first does.
struct event_time {
    enum class kind { absolute, relative, any };
    kind how = kind::absolute;
    duration at{};
    std::optional<duration> latest{};  // of a range
    std::optional<duration> end{};     // of a call
};

// ---- packets --------------------------------------------------------------------------------------------------------

enum class direction { in, out };  // `<`: to the TCP under test; `>`: from it

/// What stands in brackets before the flags.
struct ip_fields {
    enum class ecn_mark { noecn, ect0, ect1, ce, ect01 };
    std::optional<ecn_mark> ecn{};
    std::optional<unsigned> traffic_class{};
    std::optional<unsigned> hop_limit{};
    std::optional<std::uint32_t> flow_label{};
};

struct option {
    enum class kind { end, nop, mss, window_scale, sack_permitted, sack, timestamps, fast_open, other };
    kind what = kind::nop;
    std::uint32_t value = 0;  // MSS, shift, TSval
    std::uint32_t echo = 0;   // TSecr
    std::vector<std::pair<std::uint32_t, std::uint32_t>> blocks{};  // of a SACK
    std::vector<std::uint8_t> data{};  // a cookie; what stands behind the length of `other`
    unsigned number = 0;               // of `other`
    bool is_experimental = false;      // fast_open with the experimental kind
};

struct tcp_packet {
    direction way = direction::in;
    ip_fields ip{};
    tcp_flags flags{};
    std::uint32_t begin = 0, end = 0, length = 0;  // 1:1001(1000)
    std::optional<std::uint32_t> ack{};
    std::optional<std::uint32_t> window{};
    std::optional<std::uint32_t> urgent{};
    std::optional<std::vector<option>> options{};  // nothing: not compared; or none, in what arrives
};

struct icmp_packet {
    direction way = direction::in;
    ip_fields ip{};
    std::string type{};  // unreachable, packet_too_big, type_3
    std::string code{};  // frag_needed, port_unreachable, code_2
    std::optional<std::uint32_t> mtu{};
    std::optional<std::pair<std::uint32_t, std::uint32_t>> quoted{};  // sequence number and length of the packet named
};

/// Something of the language that this TCP knows nothing of: UDP, tunnels, options of other protocols. The script is
/// skipped, and what stands behind this is not read.
struct foreign_packet {
    std::string what{};
};

// ---- calls ----------------------------------------------------------------------------------------------------------

/// An argument or a result. Names that are or'ed together are one value; a struct's fields have names or not.
struct value {
    enum class kind { anything, number, word, text, list, structure, call };
    kind what = kind::anything;
    std::int64_t number = 0;
    std::vector<std::string> words{};  // word: what is or'ed together; call: its name
    std::string text{};
    std::vector<value> items{};
    std::string name{};                // of this field in its structure; or empty
    place where{};

    bool is_anything() const { return what == kind::anything; }
    bool is_number() const { return what == kind::number; }
    /// The field of this name of a structure.
    const value* field(const std::string& of) const {
        for (const value& v : items)
            if (v.name == of) return &v;
        return nullptr;
    }
};

struct call {
    std::string name{};
    std::vector<value> arguments{};
    value result{};
    std::string error{};  // the errno's name; empty: none
};

struct command {
    std::string text{};
};

/// `%{ … }%`, parsed by expression.hpp when it runs.
struct code {
    std::string text{};
    place begin{};  // of the text, behind `%{`

    /// Where something of the text stands in the script.
    place where_of(const place& inside) const {
        if (inside.line > 1) return {begin.line + inside.line - 1, inside.column};
        return {begin.line, begin.column + inside.column - 1};
    }
};

// ---- the whole ------------------------------------------------------------------------------------------------------

struct event {
    place where{};
    event_time when{};
    std::variant<tcp_packet, icmp_packet, foreign_packet, call, command, code> what{};
    std::string text{};  // as it is written
};

/// `--name=value`
struct setting {
    place where{};
    std::string name{}, text{};
};

struct document {
    std::string file{};
    std::vector<setting> settings{};
    std::vector<command> before{};  // shell commands before the first event
    std::vector<event> events{};
};

struct parse_error {
    std::string file{};
    place where{};
    std::string expected{};
    std::string found{};

    std::string text() const {
        return file + ':' + std::to_string(where.line) + ':' + std::to_string(where.column) + ": expected " + expected +
               ", found " + found;
    }
};

}  // namespace sluice::testing::script
