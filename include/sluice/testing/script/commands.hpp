// SPDX-License-Identifier: MIT
//
// Shell commands of scripts are never run. The few that say something to a TCP, by sysctl, by a file below /proc/sys or
// by ip route, set the run's knobs; the rest is for the report.
#pragma once

#include <sluice/testing/script/profile.hpp>

namespace sluice::testing::script {

namespace detail {

/// The words of each simple command; quotes hold a word together, and `>` is one.
inline std::vector<std::vector<std::string>> commands_of(std::string_view text) {
    std::vector<std::vector<std::string>> out(1);
    std::string word;
    char open = '\0';
    const auto end_word = [&] {
        if (!word.empty()) out.back().push_back(std::exchange(word, {}));
    };
    for (const char c : text) {
        if (open != '\0' ? c == open : c == '"' || c == '\'') {
            open = open != '\0' ? '\0' : c;
        } else if (open == '\0' && std::string_view(";&|\n").find(c) != std::string_view::npos) {
            end_word();
            out.emplace_back();
        } else if (open == '\0' && std::string_view(" \t\r\\>").find(c) != std::string_view::npos) {
            end_word();
            if (c == '>') out.back().emplace_back(">");
        } else {
            word += c;
        }
    }
    end_word();
    return out;
}

inline std::vector<std::string> words_of(std::string_view text) { return commands_of(text).front(); }

inline std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

/// `net.ipv4.tcp_rmem` and what it is set to.
struct sysctl {
    std::string name{};
    std::vector<std::string> values{};
};
inline std::vector<sysctl> sysctls_of(const std::vector<std::string>& words) {
    const auto with_points = [](std::string name) {
        std::replace(name.begin(), name.end(), '/', '.');
        return name;
    };
    constexpr std::string_view files = "/proc/sys/";
    std::vector<sysctl> out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t equals = words[i].find('=');
        if (words[i].starts_with(files) && i >= 2 && words[i - 1] == ">") {  // echo 4096 87380 6291456 > /proc/sys/…
            out.push_back({.name = with_points(words[i].substr(files.size()))});
            for (std::size_t k = 1; k + 1 < i; ++k)
                for (const std::string& value : words_of(words[k])) out.back().values.push_back(value);
        } else if (equals != std::string::npos) {
            out.push_back({with_points(words[i].substr(0, equals)), words_of(words[i].substr(equals + 1))});
        }
    }
    return out;
}

}  // namespace detail

/// What it says to a TCP is in `k` then; the answer is the rest, each command or setting of its own.
inline std::vector<std::string> apply_command(const std::string& text, knobs& k) {
    struct entry {
        std::string_view sysctl;
        std::size_t place;  // among its values
        std::string_view knob;
        std::string_view unit = "";
    };
    // clang-format off
    static constexpr std::array table = std::to_array<entry>({
        {"net.ipv4.tcp_sack", 0, "sack"},
        {"net.ipv4.tcp_timestamps", 0, "timestamps"},
        {"net.ipv4.tcp_window_scaling", 0, "window_scale"},
        {"net.ipv4.tcp_syncookies", 0, "syn_cookies"},
        {"net.ipv4.tcp_fin_timeout", 0, "orphan_fin_wait_2", "s"},
        {"net.ipv4.tcp_rto_min_us", 0, "rto_floor", "us"},
        {"net.ipv4.tcp_rmem", 1, "receive_buffer"},  // least, at first, most
        {"net.ipv4.tcp_rmem", 2, "largest_receive_buffer"},
        {"net.ipv4.tcp_wmem", 1, "send_buffer"},
        {"net.ipv4.tcp_wmem", 2, "largest_send_buffer"},
        {"net.ipv4.tcp_ecn", 0, "ecn"},
        {"net.inet.tcp.sack.enable", 0, "sack"},
        {"net.inet.tcp.ecn.enable", 0, "ecn"},
        {"net.inet.tcp.rfc1323", 0, "timestamps"},
        {"net.inet.tcp.rfc1323", 0, "window_scale"},
        {"net.inet.tcp.syncookies", 0, "syn_cookies"},
        {"net.inet.tcp.initcwnd_segments", 0, "initial_window"},
        {"net.inet.tcp.rexmit_initial", 0, "rto_initial", "ms"},
        {"net.inet.tcp.delacktime", 0, "ack_delay", "ms"},
        {"net.inet.tcp.msl", 0, "msl", "ms"},
        {"net.inet.tcp.finwait2_timeout", 0, "orphan_fin_wait_2", "ms"},
        {"net.inet.tcp.recvspace", 0, "receive_buffer"},
        {"net.inet.tcp.recvbuf_max", 0, "largest_receive_buffer"},
        {"net.inet.tcp.sendspace", 0, "send_buffer"},
        {"net.inet.tcp.sendbuf_max", 0, "largest_send_buffer"},
    });
    // clang-format on
    std::vector<std::string> ignored;
    bool known = false;
    const auto set = [&](std::string_view name, const std::string& value) {
        known = set_knob(k, name, value) || known;
    };
    for (const auto& words : detail::commands_of(text)) {
        if (words.empty()) continue;
        const auto sysctls = detail::sysctls_of(words);
        for (const auto& [name, values] : sysctls) {
            known = false;
            for (const entry& e : table)
                if (e.sysctl == name && e.place < values.size()) set(e.knob, values[e.place] + std::string(e.unit));
            const bool is_off = values == std::vector<std::string>{"0"};
            const auto stay = [&](const auto& at_first, auto& largest) {  // a buffer that does not grow
                if (at_first) known = true, largest = at_first;
            };
            if (is_off && name == "net.inet.tcp.delayed_ack") set("ack_every", "1");
            if (is_off && name == "net.ipv4.tcp_ecn_fallback") set("ecn_syns", "255");
            if (name == "net.inet.tcp.ecn.enable" && values == std::vector<std::string>{"4"}) set("ecn", "5");
            if (is_off && (name == "net.ipv4.tcp_moderate_rcvbuf" || name == "net.inet.tcp.recvbuf_auto"))
                stay(k.receive_buffer, k.largest_receive_buffer);
            if (is_off && name == "net.inet.tcp.sendbuf_auto") stay(k.send_buffer, k.largest_send_buffer);
            if (!known) ignored.push_back(name + '=' + detail::joined(values));
        }
        known = !sysctls.empty();
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {  // ip route change … initcwnd 10, ip link set … mtu 9000
            const std::string& value = words[i + 1] == "lock" && i + 2 < words.size() ? words[i + 2] : words[i + 1];
            if (words[i] == "initcwnd") set("initial_window", value);
            if (words[i] == "rto_min") set("rto_floor", value);
            if (words[i] == "mtu") set("mtu", value);
        }
        if (!known) ignored.push_back(detail::joined(words));
    }
    return ignored;
}

}  // namespace sluice::testing::script
