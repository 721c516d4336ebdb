// SPDX-License-Identifier: MIT
//
// What `--name=value` of a script and `--set name=value` of a run say: where the script takes place, how closely it is
// compared, and how the TCP is set.
#pragma once

#include <sluice/testing/script/conversations.hpp>

namespace sluice::testing::script {

/// Beside those of profile.hpp.
inline constexpr std::array names_of_scenery = std::to_array<std::string_view>(
    {"ip_version", "mss", "tolerance_usecs", "tolerance", "tcp_ts_tick_usecs", "bind_port", "connect_port"});

struct settings {
    explicit settings(const run_options& asked) : where{.asked = asked}, how{.asked = asked} {}

    knobs tcp{};
    scene where;
    strictness how;
    bool is_v6 = false;
    std::optional<std::uint32_t> mss{};

    /// False if there is none of this name or the text is no value for it.
    bool set(std::string_view name, std::string_view text) {
        const auto take = [](const auto& value, auto& to) {
            if (value) to = static_cast<std::remove_reference_t<decltype(to)>>(*value);
            return value.has_value();
        };
        const auto port = [&](std::uint16_t& to) {
            const auto value = read_number(text);
            return take(value <= 65535u ? value : std::nullopt, to);
        };
        if (name == "ip_version") {
            is_v6 = text == "ipv6";
            return is_v6 || text == "ipv4" || text == "ipv4_mapped_ipv6";  // on the wire the last is IPv4
        }
        if (name == "mss") return take(read_number(text), mss);
        if (name == "tolerance_usecs" || name == "tolerance") return take(read_duration(text), how.tolerance);
        if (name == "tcp_ts_tick_usecs") return take(read_duration(text), how.timestamp_tick);
        if (name == "bind_port") return port(where.ours.port);
        if (name == "connect_port") return port(where.theirs.port);
        return set_knob(tcp, name, text);
    }

    /// What follows once all are set: addresses, and the MTU that leaves this MSS.
    void settle() {
        if (is_v6) {
            where.ours.address = ip_address::v6({0xfd3d, 0x0a0b, 0x17d6, 0, 0, 0, 0, 1});
            where.theirs.address = ip_address::v6({0xfd3d, 0xfa7b, 0xd17d, 0, 0, 0, 0, 1});
        }
        if (mss) tcp.mtu = *mss + (is_v6 ? 60 : 40);
        if (how.timestamp_tick == duration::zero()) how.timestamp_tick.reset();
    }
};

}  // namespace sluice::testing::script
