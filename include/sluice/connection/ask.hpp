// SPDX-License-Identifier: MIT
//
// What a connection asks its policies, with the answer that holds where one has no such hook. Whoever sends, judges an
// ACK or only looks asks here, so that all hear the same.
#pragma once

#include <sluice/connection/control_block.hpp>
#include <sluice/connection/environment.hpp>
#include <sluice/policy/congestion/by_name.hpp>

namespace sluice {

/// The congestion policy's window, bounded so that no sum with it wraps.
template <class Tcp>
constexpr std::uint32_t target_window(const control_block<Tcp>& c) {
    return std::min(c.congestion.window(), largest_window);
}

template <class Tcp>
constexpr quota_report quota_now(const control_block<Tcp>& c) {
    return {.target = target_window(c),
            .pipe = c.flight.pipe() - c.flight.fin_in_pipe(),
            .flight = c.snd.flight(),
            .mss = c.mss};
}

/// What may leave on the way to the target: the recovery policy's quota, or target − pipe. A window below one segment
/// still lets one out when nothing else is in the network, or nothing would ever move.
template <class Tcp>
constexpr std::uint32_t quota(const control_block<Tcp>& c) {
    const quota_report report = quota_now(c);
    if constexpr (Tcp::uses_ecn)
        if (c.marks.waits) return 0;  // a window of one segment was marked (connection/ecn.hpp)
    if (report.pipe == 0 && report.target < c.mss) return c.mss;
    if constexpr (requires { c.recovery.quota(report); })
        return c.recovery.quota(report);
    else
        return floored_difference(report.target, report.pipe);
}

template <class Tcp>
constexpr bool in_recovery(const control_block<Tcp>& c) {
    if constexpr (requires { c.recovery.in_recovery(); })
        return c.recovery.in_recovery();
    else
        return false;
}

template <class Tcp>
constexpr bool after_timeout(const control_block<Tcp>& c) {
    if constexpr (requires { c.recovery.after_timeout(); })
        return c.recovery.after_timeout();
    else
        return false;
}

/// What a congestion policy says of itself; one that does not say where slow start ends never leaves it.
template <class Tcp>
constexpr std::uint32_t ssthresh(const control_block<Tcp>& c) {
    if constexpr (requires { c.congestion.ssthresh(); })
        return std::min<std::uint32_t>(c.congestion.ssthresh(), largest_window);
    else
        return largest_window;
}

/// What the rtt policy has smoothed, if it does.
template <class Tcp>
constexpr std::optional<duration> srtt(const control_block<Tcp>& c) {
    if constexpr (requires { c.rtt.srtt(); })
        return c.rtt.srtt();
    else
        return {};
}

/// The shortest round trip of the last ten seconds, which the connection itself remembers.
template <class Tcp>
constexpr std::optional<duration> min_rtt(const control_block<Tcp>& c) {
    return c.min_rtt.best() != duration::max() ? std::optional(c.min_rtt.best()) : std::nullopt;
}

/// Goes over to the congestion policy of this name. A composition that has only one has only its own.
template <class Tcp>
constexpr bool select_congestion(control_block<Tcp>& c, environment<Tcp>& env, std::string_view name) {
    if (name == name_of(c.congestion)) return !name.empty();
    congestion_snapshot known{
        .now = env.now, .mss = c.mss, .in_recovery = in_recovery(c), .min_rtt = min_rtt(c), .srtt = srtt(c)};
    if constexpr (requires { c.congestion.select(name, known); }) {
        known.random = env.random.bits();
        return c.congestion.select(name, known);
    }
    return false;
}

/// The answers of this moment, for those who watch.
template <class Tcp>
constexpr void report_window(control_block<Tcp>& c, environment<Tcp>& env) {
    env.observe().on_window({.now = env.now,
                             .cwnd = c.congestion.window(),
                             .pipe = c.flight.pipe(),
                             .flight = c.snd.flight(),
                             .peer_window = c.snd.wnd,
                             .srtt = srtt(c),
                             .rto = c.rtt.rto(),
                             .in_recovery = in_recovery(c)});
}

}  // namespace sluice
