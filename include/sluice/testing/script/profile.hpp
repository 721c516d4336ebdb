// SPDX-License-Identifier: MIT
//
// What a script takes for granted of the system that it was written for, and what a run can set: sizes, times, and in
// which order the options of a SYN stand. Applied to whatever a composition has of it.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/base/time.hpp>
#include <sluice/testing/script/syntax.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice::testing::script {

enum class profile { sluice, linux, freebsd };

/// What whoever runs a script asks for.
struct run_options {
    profile like = profile::sluice;
    bool neutral = false;  // a script of another system: buffers, flags, windows and options of SYNs are not compared
    bool check_push = false;
    std::optional<duration> tolerance{};
    std::vector<std::pair<std::string, std::string>> set{};  // over what the script sets
};

/// What is not set stays as the composition has it.
struct knobs {
    std::optional<std::uint32_t> mtu{};
    std::optional<std::uint32_t> initial_window{};  // segments
    std::optional<duration> rto_initial{}, rto_floor{}, rto_after_lost_syn{};
    std::optional<duration> ack_delay{};
    std::optional<std::uint32_t> ack_every{}, ack_quick_start{};  // segments
    std::optional<std::uint32_t> receive_buffer{}, largest_receive_buffer{};  // octets
    std::optional<std::uint32_t> send_buffer{}, largest_send_buffer{};
    std::optional<std::uint32_t> sack{}, timestamps{}, window_scale{};  // 0: neither offered nor accepted
    std::optional<duration> msl{}, orphan_fin_wait_2{}, user_timeout{};
    std::optional<std::uint32_t> syn_cookies{};  // 0: none beyond the backlog
    std::optional<std::uint32_t> user_timeout_option{}, keep_alive_octet{};  // 1: of each connection (RFC 5482, MAY-6)
    std::optional<std::uint32_t> ecn{}, ecn_syns{};  // an ecn_mode; how many SYNs ask
};

/// As net.ipv4.tcp_ecn counts: whether SYNs ask, and which kinds of them are agreed to.
enum class ecn_mode : std::uint32_t { none, asks, answers, accurate_asks, mixed, accurate_answers };
inline std::optional<ecn_mode> mode_of(const knobs& k) {
    return k.ecn ? std::optional(static_cast<ecn_mode>(*k.ecn)) : std::nullopt;
}
inline std::optional<bool> asks_for_ecn(const knobs& k) {
    if (!k.ecn) return {};
    return mode_of(k) == ecn_mode::asks || mode_of(k) == ecn_mode::accurate_asks;
}
inline std::optional<bool> answers_ecn(const knobs& k) {
    if (!k.ecn) return {};
    return mode_of(k) != ecn_mode::none;
}
inline bool is_accurate(const knobs& k) {
    return mode_of(k) == ecn_mode::accurate_asks || mode_of(k) == ecn_mode::accurate_answers;
}

inline knobs knobs_of(profile p) {
    knobs out;
    out.ecn = static_cast<std::uint32_t>(ecn_mode::answers);  // as kernels do, and so as scripts take for granted
    switch (p) {
        case profile::sluice: break;
        case profile::linux:
            out.rto_after_lost_syn = 1s;
            out.receive_buffer = 65259;  // offers 44 segments of 1460: a 64th is kept back
            out.largest_receive_buffer = 6 << 20;
            break;
        case profile::freebsd:
            out.rto_after_lost_syn = 1s;
            out.rto_floor = 230ms;  // 30 ms, and 200 ms that are always added
            out.ack_delay = 40ms;
            out.ack_quick_start = 0;
            out.receive_buffer = 66575;  // offers 65535
            out.largest_receive_buffer = 2 << 20;
            out.orphan_fin_wait_2 = 60s;
            out.ecn_syns = 2;
            break;
    }
    return out;
}

/// `200ms`, `1s`, `75us`; without a unit: microseconds.
inline std::optional<duration> read_duration(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (wrong != std::errc{} || number < 0 || number > 1'000'000'000) return {};
    if (unit == "s") return std::chrono::seconds(number);
    if (unit == "ms") return std::chrono::milliseconds(number);
    if (unit == "us" || unit.empty()) return std::chrono::microseconds(number);
    return {};
}

struct number_knob {
    std::string_view name;
    std::optional<std::uint32_t> knobs::*place;
};
struct time_knob {
    std::string_view name;
    std::optional<duration> knobs::*place;
};
// clang-format off
inline constexpr std::array number_knobs = std::to_array<number_knob>({
    {"mtu",                    &knobs::mtu},
    {"initial_window",         &knobs::initial_window},
    {"ack_every",              &knobs::ack_every},
    {"ack_quick_start",        &knobs::ack_quick_start},
    {"receive_buffer",         &knobs::receive_buffer},
    {"largest_receive_buffer", &knobs::largest_receive_buffer},
    {"send_buffer",            &knobs::send_buffer},
    {"largest_send_buffer",    &knobs::largest_send_buffer},
    {"sack",                   &knobs::sack},
    {"timestamps",             &knobs::timestamps},
    {"window_scale",           &knobs::window_scale},
    {"syn_cookies",            &knobs::syn_cookies},
    {"user_timeout_option",    &knobs::user_timeout_option},
    {"keep_alive_octet",       &knobs::keep_alive_octet},
    {"ecn",                    &knobs::ecn},
    {"ecn_syns",               &knobs::ecn_syns},
});
inline constexpr std::array time_knobs = std::to_array<time_knob>({
    {"rto_initial",        &knobs::rto_initial},
    {"rto_floor",          &knobs::rto_floor},
    {"rto_after_lost_syn", &knobs::rto_after_lost_syn},
    {"ack_delay",          &knobs::ack_delay},
    {"msl",                &knobs::msl},
    {"orphan_fin_wait_2",  &knobs::orphan_fin_wait_2},
    {"user_timeout",       &knobs::user_timeout},
});
// clang-format on

/// All of the text, decimal.
inline std::optional<std::uint32_t> read_number(std::string_view text) {
    std::uint32_t out = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (wrong != std::errc{} || end != text.data() + text.size()) return {};
    return out;
}

/// Sets one by its name; false if there is none of this name or the text is no value for it.
inline bool set_knob(knobs& k, std::string_view name, std::string_view text) {
    const auto set = [&](const auto& table, const auto& value) {
        for (const auto& each : table)
            if (each.name == name && value) return k.*each.place = *value, true;
        return false;
    };
    return set(number_knobs, read_number(text)) || set(time_knobs, read_duration(text));
}

/// The options of a SYN in the order, and with the filling, of that system.
inline std::vector<option> lay_out(const tcp_options& o, profile p) {
    using kind = option::kind;
    std::vector<option> out;
    std::size_t length = 0;
    const auto put = [&](kind what, std::size_t octets, std::uint32_t value = 0, std::uint32_t echo = 0) {
        out.push_back({.what = what, .value = value, .echo = echo});
        length += octets;
    };
    const auto fill = [&](std::size_t count) {
        while (count-- > 0) put(kind::nop, 1);
    };
    if (o.mss) put(kind::mss, 4, *o.mss);
    if (p == profile::freebsd) {
        if (o.window_scale) fill(1), put(kind::window_scale, 3, *o.window_scale);
        if (o.sack_permitted) put(kind::sack_permitted, 2);
        if (o.timestamps) {
            while (length % 4 != 2) fill(1);
            put(kind::timestamps, 10, o.timestamps->value, o.timestamps->echo);
        }
        while (length % 4 != 0) put(kind::end, 1);
        return out;
    }
    if (o.timestamps) {
        if (o.sack_permitted) put(kind::sack_permitted, 2);
        else fill(2);
        put(kind::timestamps, 10, o.timestamps->value, o.timestamps->echo);
    } else if (o.sack_permitted) {
        fill(2), put(kind::sack_permitted, 2);
    }
    if (o.window_scale) fill(1), put(kind::window_scale, 3, *o.window_scale);
    return out;
}

}  // namespace sluice::testing::script
