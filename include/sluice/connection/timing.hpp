// SPDX-License-Identifier: MIT
//
// Which clocks run because of what a connection is, not because of what it sends: over a peer that says nothing (RFC
// 9293 section 3.8.4), over a window that stays shut (3.8.6.1), over a FIN-WAIT-2 that nobody owns. What happens when
// one has run out stands in timeouts.
#pragma once

#include <sluice/connection/control_block.hpp>
#include <sluice/connection/environment.hpp>

namespace sluice {

/// Keep-alive, where it is wanted: counts from `since`.
template <class Tcp>
constexpr void watch_idle_peer(control_block<Tcp>& c, instant since) {
    if (c.options.keep_alive && synchronized.has(c.state) && c.state != state::time_wait)
        c.timer.set(timer::keep_alive, after(since, c.options.keep_alive_idle));
    else
        c.timer.stop(timer::keep_alive);
}

/// An ownerless FIN-WAIT-2 does not wait for ever (N28).
template <class Tcp>
constexpr void limit_orphan(control_block<Tcp>& c, environment<Tcp>& env) {
    if (!c.owned && c.state == state::fin_wait_2)
        c.timer.set(timer::time_wait, env.now + env.settings.limits.orphan_fin_wait_2);
}

template <class Tcp>
constexpr duration probe_interval(const control_block<Tcp>& c, const environment<Tcp>& env) {
    const duration longest = env.settings.limits.longest_probe_interval;
    const duration rto = std::min(c.rtt.rto(), longest);
    return c.probe_backoff < 16 ? std::min(rto * (1 << c.probe_backoff), longest) : longest;  // SHLD-29, SHLD-30
}

/// After every call: a window that is shut against queued data or a FIN, with nothing in flight, is probed (3.8.6.1).
template <class Tcp>
constexpr void arm_window_probe(control_block<Tcp>& c, environment<Tcp>& env) {
    const bool withheld = c.window_shut() && c.flight.empty() && (c.unsent() > 0 || c.fin_unsent());
    if (withheld && !c.timer.runs(timer::window_probe) && !c.probe_now)
        c.timer.set(timer::window_probe, env.now + probe_interval(c, env));
}

/// When the recovery policy wants to be asked next.
template <class Tcp>
constexpr void arm_recovery(control_block<Tcp>& c) {
    if constexpr (requires { c.recovery.deadline(); }) c.timer.set(timer::recovery, c.recovery.deadline());
}

}  // namespace sluice
