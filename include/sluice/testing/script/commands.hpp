// SPDX-License-Identifier: MIT
//
// Shell commands of scripts are never run. The few that say something to a TCP, by sysctl or ip route, set the run's
// knobs; the rest is for the report.
#pragma once

#include <sluice/testing/script/profile.hpp>

namespace sluice::testing::script {

namespace detail {

inline std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    std::string word;
    for (const char c : text) {
        const bool is_end = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == '"' || c == '\'' || c == '\\';
        if (!is_end) {
            word += c;
        } else if (!word.empty()) {
            out.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) out.push_back(std::move(word));
    return out;
}

}  // namespace detail

/// True if the command says something that is understood, all of which is in `k` then.
inline bool apply_command(const std::string& text, knobs& k) {
    enum class unit { number, milliseconds, seconds };
    struct entry {
        std::string_view name;
        std::string_view knob;
        unit in = unit::number;
    };
    // clang-format off
    static constexpr std::array table = std::to_array<entry>({
        {"net.ipv4.tcp_sack", "sack"}, {"net.ipv4.tcp_timestamps", "timestamps"},
        {"net.ipv4.tcp_window_scaling", "window_scale"}, {"net.ipv4.tcp_syncookies", "syn_cookies"},
        {"net.ipv4.tcp_fin_timeout", "orphan_fin_wait_2", unit::seconds},
        {"net.ipv4.tcp_rto_min_us", "rto_floor"},
        {"net.inet.tcp.sack.enable", "sack"}, {"net.inet.tcp.initcwnd_segments", "initial_window"},
        {"net.inet.tcp.rexmit_initial", "rto_initial", unit::milliseconds},
        {"net.inet.tcp.delacktime", "ack_delay", unit::milliseconds},
        {"net.inet.tcp.msl", "msl", unit::milliseconds},
        {"net.inet.tcp.recvspace", "receive_buffer"}, {"net.inet.tcp.sendspace", "send_buffer"},
        {"net.inet.tcp.syncookies", "syn_cookies"},
    });
    // clang-format on
    bool known = false;
    const auto set = [&](std::string_view name, const std::string& value) { known = set_knob(k, name, value) || known; };
    const std::vector<std::string> words = detail::words_of(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string next = i + 1 < words.size() ? words[i + 1] : "";
        if (words[i] == "initcwnd") set("initial_window", next);
        if (words[i] == "rto_min") set("rto_floor", next);
        const std::size_t equals = words[i].find('=');
        if (equals == std::string::npos) continue;
        const std::string_view name = std::string_view(words[i]).substr(0, equals);
        const std::string value = words[i].substr(equals + 1);
        if (name == "net.inet.tcp.rfc1323") set("timestamps", value), set("window_scale", value);
        if (name == "net.inet.tcp.delayed_ack" && value == "0") set("ack_every", "1");
        if (name == "net.ipv4.tcp_rmem" && i + 2 < words.size())  // least, at first, most
            set("receive_buffer", words[i + 1]), set("largest_receive_buffer", words[i + 2]);
        if (name == "net.ipv4.tcp_wmem" && i + 2 < words.size())
            set("send_buffer", words[i + 1]), set("largest_send_buffer", words[i + 2]);
        for (const entry& e : table) {
            if (e.name != name) continue;
            set(e.knob, value + (e.in == unit::milliseconds ? "ms" : e.in == unit::seconds ? "s" : ""));
        }
    }
    return known;
}

}  // namespace sluice::testing::script
