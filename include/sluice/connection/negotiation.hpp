// SPDX-License-Identifier: MIT
//
// What the two SYNs agree on: segment sizes (RFC 9293 section 3.7.1, RFC 6691), the peer's sequence numbers and its
// first window, window scale and timestamps (RFC 7323), SACK (RFC 2018); and which options each later segment therefore
// has.
#pragma once

#include <sluice/connection/ecn.hpp>
#include <sluice/connection/pacing.hpp>
#include <sluice/connection/path_mtu.hpp>
#include <sluice/connection/timing.hpp>
#include <sluice/connection/transitions.hpp>
#include <sluice/connection/user_timeout.hpp>

namespace sluice {

inline constexpr std::uint16_t default_mss_v4 = 536, default_mss_v6 = 1220;  // MUST-15

/// What fits into one packet of the path besides the fixed headers: MTU − IP header − 20 (MUST-16, MUST-67, N34).
template <class Tcp>
constexpr std::uint16_t path_mss(const control_block<Tcp>& c, const environment<Tcp>& env) {
    const std::size_t headers = fixed_headers(c);
    const limits& l = env.settings.limits;
    return static_cast<std::uint16_t>(std::max<std::size_t>(l.mtu, headers + l.least_path_mss) - headers);
}

/// The smallest shift with which a window of `most` octets can be offered (RFC 7323 section 2.3).
constexpr std::uint8_t shift_for(std::size_t most) {
    std::uint8_t shift = 0;
    while (shift < 14 && (most >> shift) > 65535) ++shift;
    return shift;
}

/// The shift of a receive buffer that begins with `first` octets and may grow to `most`. A unit is at most a 64th of
/// the first ones: no window could be told well in larger ones, and a thousandfold growth is left.
constexpr std::uint8_t scale_for(std::size_t first, std::size_t most) {
    std::uint8_t shift = shift_for(most);
    while (shift > 0 && std::size_t{1} << shift > first / 64) --shift;
    return shift;
}

/// The options of our SYN: an MSS always (MUST-14, SHLD-5, MAY-3), and what we would use; or of our SYN,ACK, and then
/// only what the peer's SYN had too (RFC 7323 sections 2.2 and 3.2, RFC 2018 section 2, N29).
template <class Tcp>
constexpr tcp_options syn_options(const control_block<Tcp>& c, const environment<Tcp>& env) {
    tcp_options out{.mss = static_cast<std::uint16_t>(c.receive_mss)};
    const bool answers = c.rcv.synchronized;
    const limits& ours = env.settings.limits;
    if constexpr (Tcp::options::window_scale)
        if (answers ? c.agreed.window_scale : ours.window_scale) out.window_scale = c.agreed.receive_shift;
    if constexpr (Tcp::options::sack) out.sack_permitted = answers ? c.agreed.sack : ours.sack;
    if constexpr (Tcp::options::timestamps)
        if (answers ? c.agreed.timestamps : ours.timestamps)
            out.timestamps = {.value = c.clock.value(env.now), .echo = c.clock.recent()};
    if (c.options.user_timeout_option) out.user_timeout = encode_user_timeout(own_user_timeout(c, env));
    return out;
}

/// The options of every other segment: timestamps (RFC 7323 section 3.2), SACK blocks while there is something to
/// report, as many as have room (RFC 2018 section 3), beside text no more than half a segment; and a user timeout that
/// has changed.
template <class Tcp>
constexpr tcp_options segment_options(const control_block<Tcp>& c, const environment<Tcp>& env, bool with_text) {
    tcp_options out;
    if constexpr (Tcp::options::timestamps)
        if (c.agreed.timestamps) out.timestamps = {.value = c.clock.value(env.now), .echo = c.clock.recent()};
    if (c.tell_user_timeout && !with_text) out.user_timeout = encode_user_timeout(own_user_timeout(c, env));
    if constexpr (Tcp::options::sack) {
        if (c.agreed.sack && !has_bare_ack(c) && !c.to_report.empty(c.assembly.held())) {
            const std::size_t room = (tcp_options::most_octets - out.length() - 4) / 8;
            out.sack = c.to_report.blocks(c.assembly.held(), c.assembly.fin(),
                                          with_text ? std::min<std::size_t>(room, c.mss / 16) : room);
        }
    }
    return out;
}

/// What the peer's SYN offers, and we would use.
template <class Tcp>
constexpr void agree(control_block<Tcp>& c, const environment<Tcp>& env, const segment& s) {
    const limits& ours = env.settings.limits;
    if constexpr (Tcp::options::window_scale) {
        c.agreed.window_scale = ours.window_scale && s.options.window_scale;
        if (c.agreed.window_scale)
            c.agreed.send_shift =
                std::min<std::uint8_t>(*s.options.window_scale, 14);  // section 2.3: more counts as 14
        else
            c.agreed.receive_shift = 0;
    }
    if constexpr (Tcp::options::timestamps) {
        c.agreed.timestamps = ours.timestamps && s.options.timestamps;
        if (c.agreed.timestamps) c.clock.take(s.options.timestamps->value, s.sequence, env.now);
    }
    if constexpr (Tcp::options::sack) c.agreed.sack = ours.sack && s.options.sack_permitted;
}

/// Both addresses are known: our sequence numbers, our clock, and what may be received.
template <class Tcp>
constexpr void choose_own_side(control_block<Tcp>& c, environment<Tcp>& env, seq iss) {
    c.snd.start(iss);
    if constexpr (Tcp::options::window_scale)
        if (env.settings.limits.window_scale)
            c.agreed.receive_shift = scale_for(c.incoming.capacity(), c.incoming.largest(env.settings.buffers));
    if constexpr (Tcp::options::timestamps) {
        std::uint32_t offset = 0;
        if constexpr (requires { env.settings.isn.timestamp_offset(c.local, c.remote); })
            offset = env.settings.isn.timestamp_offset(c.local, c.remote);
        c.clock.start(offset, env.now);
    }
    c.round_end = c.app_limited_end = c.small_end = c.snd.iss;
    if constexpr (Tcp::uses_ecn) c.marks.reduced_until = c.snd.iss;
    c.receive_mss = path_mss(c, env);
}

template <class Tcp>
constexpr void choose_own_side(control_block<Tcp>& c, environment<Tcp>& env) {
    choose_own_side(c, env, env.settings.isn.choose(c.local, c.remote, env.now));
}

/// Our numbers begin elsewhere: nothing has left yet.
template <class Tcp>
constexpr void number_from(control_block<Tcp>& c, seq iss) {
    const send_space before = c.snd;
    c.snd.start(iss);
    c.snd.take_window(before.wl1, iss, before.wnd);
    c.round_end = c.app_limited_end = c.small_end = iss;
    if constexpr (Tcp::uses_ecn) c.marks.reduced_until = iss;
}

/// The peer's SYN has come, with or without an ACK.
template <class Tcp>
constexpr void take_syn(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    c.rcv.start(s.sequence, c.first_offer());
    const std::uint16_t unstated = c.remote.address.is_v4() ? default_mss_v4 : default_mss_v6;
    const std::uint16_t peer = std::max(s.options.mss.value_or(unstated), env.settings.limits.least_peer_mss);
    agree(c, env, s);
    take_user_timeout(c, env, s);
    c.mss = std::min(peer, path_mss(c, env));
    if (c.uses_timestamps()) c.mss -= std::min(c.mss - 1, static_cast<std::uint32_t>(tcp_options::timestamps_length));
    // N4: also on the way from SYN-SENT. A SYN without ACK acknowledges nothing: SND.WL2 is ISS.
    c.snd.take_window(s.sequence, s.has(flag::ack) ? s.acknowledgment : c.snd.iss, s.window);
    c.last_received = env.now;
}

/// Our SYN is acknowledged: the connection is ESTABLISHED, unless it has been closed already, and its policies begin.
template <class Tcp>
constexpr void start_transfer(control_block<Tcp>& c, environment<Tcp>& env) {
    begin_path_mtu(c);
    const recovery_start_report to_recovery{.iss = c.snd.iss, .sack = c.uses_sack()};
    if constexpr (requires { c.recovery.on_start(to_recovery); }) c.recovery.on_start(to_recovery);
    if constexpr (requires { c.rtt.on_established(true); }) c.rtt.on_established(c.syn_retries > 0);
    const start_report report{
        .now = env.now, .mss = c.mss, .syn_retries = c.syn_retries, .random = env.random.bits()};
    if constexpr (requires { c.congestion.on_start(report); }) c.congestion.on_start(report);
    allow_burst(c);
    watch_idle_peer(c, env.now);
}

}  // namespace sluice
