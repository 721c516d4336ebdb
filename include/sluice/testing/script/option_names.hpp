// SPDX-License-Identifier: MIT
//
// The options of sockets that scripts name: numbers that a connection keeps, with Linux's bounds, and those that mean
// nothing to a TCP in process. Which is neither stands in socket_options.hpp, or nowhere: then the script is skipped.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include <sluice/policy/limits.hpp>

namespace sluice::testing::script {

/// What is beyond the bounds is EINVAL.
struct connection_option {
    std::string_view name;
    std::int64_t least, most;
    void (*write)(connection_options&, std::int64_t);
    std::int64_t (*read)(const connection_options&);
};

namespace detail {
inline constexpr std::int64_t int_max = 0x7fffffff, int_min = -int_max - 1;

// clang-format off
template <auto Flag> constexpr void write_flag(connection_options& o, std::int64_t v) { o.*Flag = v != 0; }
template <auto Flag> constexpr std::int64_t read_flag(const connection_options& o) { return o.*Flag ? 1 : 0; }
template <auto Time> constexpr void write_time(connection_options& o, std::int64_t v) { o.*Time = v * 1s; }
template <auto Time> constexpr std::int64_t read_time(const connection_options& o) { return o.*Time / 1s; }
template <auto Octet> constexpr void write_octet(connection_options& o, std::int64_t v) { o.*Octet = std::uint8_t(v); }
template <auto Octet> constexpr std::int64_t read_octet(const connection_options& o) { return o.*Octet; }
// clang-format on
constexpr void write_no_delay(connection_options& o, std::int64_t v) { o.nagle = v == 0; }
constexpr std::int64_t read_no_delay(const connection_options& o) { return o.nagle ? 0 : 1; }
constexpr void write_user_timeout(connection_options& o, std::int64_t v) {
    o.user_timeout = v == 0 ? std::nullopt : std::optional<duration>(std::chrono::milliseconds(v));
}
constexpr std::int64_t read_user_timeout(const connection_options& o) { return o.user_timeout.value_or(0ms) / 1ms; }
constexpr void write_class(connection_options& o, std::int64_t v) { o.dscp = static_cast<std::uint8_t>(v >> 2); }
constexpr std::int64_t read_class(const connection_options& o) { return o.dscp << 2; }

inline constexpr auto cork = &connection_options::cork, keep_alive = &connection_options::keep_alive;
inline constexpr auto idle = &connection_options::keep_alive_idle, interval = &connection_options::keep_alive_interval;
inline constexpr auto tries = &connection_options::keep_alive_tries, hops = &connection_options::hop_limit;

// clang-format off
inline constexpr std::array connection_option_names = std::to_array<connection_option>({
    {"TCP_NODELAY",       int_min, int_max, write_no_delay,          read_no_delay},
    {"TCP_CORK",          int_min, int_max, write_flag<cork>,        read_flag<cork>},
    {"TCP_NOPUSH",        int_min, int_max, write_flag<cork>,        read_flag<cork>},  // FreeBSD's name of it
    {"SO_KEEPALIVE",      int_min, int_max, write_flag<keep_alive>,  read_flag<keep_alive>},
    {"TCP_KEEPIDLE",      1,       32767,   write_time<idle>,        read_time<idle>},
    {"TCP_KEEPINTVL",     1,       32767,   write_time<interval>,    read_time<interval>},
    {"TCP_KEEPCNT",       1,       127,     write_octet<tries>,      read_octet<tries>},
    {"TCP_USER_TIMEOUT",  0,       int_max, write_user_timeout,      read_user_timeout},
    {"IP_TOS",            0,       255,     write_class,             read_class},
    {"IPV6_TCLASS",       0,       255,     write_class,             read_class},
    {"IP_TTL",            1,       255,     write_octet<hops>,       read_octet<hops>},
    {"IPV6_UNICAST_HOPS", 1,       255,     write_octet<hops>,       read_octet<hops>},
});
// clang-format on
}  // namespace detail
using detail::connection_option_names;

/// Accepted, and told again. About other sockets, other processes, queues and routes of a host: there are none here.
struct harmless_option {
    std::string_view name;
    std::int64_t at_first = 0;
};
// clang-format off
inline constexpr std::array harmless_option_names = std::to_array<harmless_option>({
    {"SO_REUSEADDR"}, {"SO_REUSEPORT"}, {"SO_PRIORITY"}, {"SO_MARK"}, {"SO_DEBUG"}, {"SO_DONTROUTE"},
    {"SO_INCOMING_CPU", -1}, {"SO_BINDTODEVICE"}, {"SO_BUSY_POLL"}, {"SO_NO_CHECK"}, {"SO_NOSIGPIPE"},
    {"SO_OOBINLINE"},  // urgent octets are always in line here (RFC 6093, N33)
    {"IPV6_V6ONLY"}, {"IP_MTU_DISCOVER", 1}, {"IPV6_MTU_DISCOVER", 1},
    {"TCP_FUNCTION_BLK"},
});
// clang-format on

/// nullptr for none of this name.
constexpr const auto* find_named(const auto& table, std::string_view name) {
    const auto it = std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.name == name; });
    return it != table.end() ? &*it : nullptr;
}

}  // namespace sluice::testing::script
