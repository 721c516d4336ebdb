// SPDX-License-Identifier: MIT
//
// What a program may set on a socket, by the names of setsockopt and with types of their own:
// `socket.set_option(option::nodelay{true})`, `socket.get_option<option::linger>()`. What they do to a connection, and
// the RFC's clause for each, stands at connection_options (policy/limits.hpp).
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

#include <sluice/policy/limits.hpp>

namespace sluice {

struct socket_options {
    connection_options connection{};
    std::optional<duration> linger{};
    std::string_view congestion{};  // of static storage; empty where the composition has no names
};

/// All that a connection has of them.
result<void> apply(const socket_options& o, auto& stack, auto opened, instant now) {
    const result<void> done = stack.set_options(opened, o.connection, now);
    return done && !o.congestion.empty() ? stack.set_congestion(opened, o.congestion, now) : done;
}

/// Each reads its value out of a socket's options, and writes it there.
template <class Option>
concept socket_option = requires(const Option& one, const socket_options& from, socket_options& to) {
    { Option::of(from) } -> std::same_as<Option>;
    one.write(to);
};

namespace option {

/// Small segments leave though others are unacknowledged (MUST-17).
struct nodelay {
    bool value = true;
    static constexpr nodelay of(const socket_options& o) { return {!o.connection.nagle}; }
    constexpr void write(socket_options& o) const { o.connection.nagle = !value; }
};

/// What makes no full segment waits for more, until the cork is drawn, the sending side ends, or for 200 ms (TCP_CORK).
/// send_more does so for one send.
struct cork {
    bool value = true;
    static constexpr cork of(const socket_options& o) { return {o.connection.cork}; }
    constexpr void write(socket_options& o) const { o.connection.cork = value; }
};

struct keepalive {
    bool value = true;
    static constexpr keepalive of(const socket_options& o) { return {o.connection.keep_alive}; }
    constexpr void write(socket_options& o) const { o.connection.keep_alive = value; }
};
/// How long nothing comes before the peer is probed.
struct keepalive_idle {
    duration value{};
    static constexpr keepalive_idle of(const socket_options& o) { return {o.connection.keep_alive_idle}; }
    constexpr void write(socket_options& o) const { o.connection.keep_alive_idle = value; }
};
struct keepalive_interval {
    duration value{};
    static constexpr keepalive_interval of(const socket_options& o) { return {o.connection.keep_alive_interval}; }
    constexpr void write(socket_options& o) const { o.connection.keep_alive_interval = value; }
};
/// Probes without an answer before the connection is given up.
struct keepalive_count {
    std::uint8_t value = 0;
    static constexpr keepalive_count of(const socket_options& o) { return {o.connection.keep_alive_tries}; }
    constexpr void write(socket_options& o) const { o.connection.keep_alive_tries = value; }
};

/// How long text may stay unacknowledged; none: the stack's limits say.
struct user_timeout {
    std::optional<duration> value{};
    static constexpr user_timeout of(const socket_options& o) { return {o.connection.user_timeout}; }
    constexpr void write(socket_options& o) const { o.connection.user_timeout = value; }
};

struct dscp {
    std::uint8_t value = 0;
    static constexpr dscp of(const socket_options& o) { return {o.connection.dscp}; }
    constexpr void write(socket_options& o) const { o.connection.dscp = value; }
};
/// The hop limit of IPv6 as well.
struct ttl {
    std::uint8_t value = 64;
    static constexpr ttl of(const socket_options& o) { return {o.connection.hop_limit}; }
    constexpr void write(socket_options& o) const { o.connection.hop_limit = value; }
};

/// Whether to hear of ICMP errors that end nothing, and of a peer that does not answer (IP_RECVERR).
struct error_reports {
    bool value = true;
    static constexpr error_reports of(const socket_options& o) { return {o.connection.error_reports}; }
    constexpr void write(socket_options& o) const { o.connection.error_reports = value; }
};

/// What close() does with what the peer has not acknowledged. None: TCP finishes alone (but see lend). 0: a RST at
/// once. Else `co_await close()` waits for so long, and resets then.
struct linger {
    std::optional<duration> value{};
    static constexpr linger of(const socket_options& o) { return {o.linger}; }
    constexpr void write(socket_options& o) const { o.linger = value; }
};

/// By which policy, of those that the composition has (any_of): before there is a connection, and in the midst of it
/// (TCP_CONGESTION). not_supported: it has none of this name.
struct congestion {
    std::string_view value{};
    static constexpr congestion of(const socket_options& o) { return {o.congestion}; }
    constexpr void write(socket_options& o) const { o.congestion = value; }
};

}  // namespace option

}  // namespace sluice
