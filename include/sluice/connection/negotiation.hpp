// SPDX-License-Identifier: MIT
//
// What the two SYNs agree on: segment sizes (RFC 9293 section 3.7.1, RFC 6691), the peer's sequence numbers and its first
// window. What the SYNs' options switch on belongs here.
#pragma once

#include <sluice/connection/transitions.hpp>

namespace sluice {

inline constexpr std::uint16_t default_mss_v4 = 536, default_mss_v6 = 1220;  // MUST-15

/// What fits into one packet of the path besides the fixed headers: MTU − IP header − 20 (MUST-16, MUST-67, N34).
template <class Tcp>
constexpr std::uint16_t path_mss(const control_block<Tcp>& c, const environment<Tcp>& env) {
    const std::size_t headers =
        (c.remote.address.is_v4() ? ipv4::header_length : ipv6::header_length) + tcp_header::length;
    const limits& l = env.settings.limits;
    return static_cast<std::uint16_t>(std::max<std::size_t>(l.mtu, headers + l.least_path_mss) - headers);
}

/// The options of our SYN or SYN-ACK. An MSS is always sent (MUST-14, SHLD-5, MAY-3).
template <class Tcp>
constexpr tcp_options syn_options(const control_block<Tcp>& c) {
    return {.mss = static_cast<std::uint16_t>(c.receive_mss)};
}

/// Both addresses are known: choose the initial sequence number, and what may be received.
template <class Tcp>
constexpr void choose_own_side(control_block<Tcp>& c, environment<Tcp>& env) {
    c.snd.start(env.settings.isn.choose(c.local, c.remote, env.now));
    if constexpr (requires { c.recovery.on_start(c.snd.iss); }) c.recovery.on_start(c.snd.iss);
    c.round_end = c.app_limited_end = c.snd.iss;
    c.receive_mss = path_mss(c, env);
}

/// The peer's SYN has come, with or without an ACK.
template <class Tcp>
constexpr void take_syn(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    // A window on a SYN is never scaled, so 65535 is the most that can be offered with one (RFC 7323 section 2.2).
    c.rcv.start(s.sequence, static_cast<std::uint32_t>(std::min<std::size_t>(c.incoming.free(), 65535)));
    const std::uint16_t unstated = c.remote.address.is_v4() ? default_mss_v4 : default_mss_v6;
    const std::uint16_t peer = std::max(s.options.mss.value_or(unstated), env.settings.limits.least_peer_mss);
    c.mss = std::min(peer, path_mss(c, env));
    c.snd.take_window(s.sequence, s.acknowledgment, s.window);  // N4: also on the way from SYN-SENT
    c.last_received = env.now;
}

template <class Tcp>
constexpr void watch_idle_peer(control_block<Tcp>& c, instant since) {
    if (c.options.keep_alive && synchronized.has(c.state) && c.state != state::time_wait)
        c.timer.set(timer::keep_alive, since + c.options.keep_alive_idle);
    else
        c.timer.stop(timer::keep_alive);
}

/// Our SYN is acknowledged: the connection is ESTABLISHED, unless it has been closed already, and its policies begin.
template <class Tcp>
constexpr void start_transfer(control_block<Tcp>& c, environment<Tcp>& env) {
    if constexpr (requires { c.rtt.on_established(true); }) c.rtt.on_established(c.syn_retries > 0);
    const start_report report{
        .now = env.now, .mss = c.mss, .syn_retries = c.syn_retries, .random = env.random.bits()};
    if constexpr (requires { c.congestion.on_start(report); }) c.congestion.on_start(report);
    watch_idle_peer(c, env.now);
}

}  // namespace sluice
