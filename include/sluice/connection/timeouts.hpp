// SPDX-License-Identifier: MIT
//
// What time does to a connection: the user timeout, retransmission (RFC 9293 sections 3.8.1 and 3.8.3, RFC 6298),
// window probes (3.8.6.1), delayed ACKs, keep-alive (3.8.4), 2MSL. A timeout marks what is to leave; output sends it.
#pragma once

#include <sluice/connection/acknowledge.hpp>
#include <sluice/connection/ask.hpp>
#include <sluice/connection/mtu_probing.hpp>
#include <sluice/connection/timing.hpp>
#include <sluice/connection/transitions.hpp>
#include <sluice/connection/user_timeout.hpp>

namespace sluice {

template <class Tcp>
constexpr void on_timeouts(control_block<Tcp>& c, environment<Tcp>& env) {
    const auto expired = [&](timer t) { return c.timer.take_expired(t, env.now); };
    if (expired(timer::user_timeout)) fire<event::user_timeout>(c, env);
    if (expired(timer::recovery)) on_recovery_deadline(c, env);  // first: a probe puts the retransmission timer off
    if (expired(timer::retransmission)) on_retransmission_timeout(c, env);
    if constexpr (Tcp::reads_sack)
        if (expired(timer::reneging)) on_reneging(c, env);
    if constexpr (Tcp::paces) c.release.wake(env.now);
    if (expired(timer::window_probe)) on_window_probe_timeout(c, env);
    if (expired(timer::delayed_ack)) c.ack_now = true;
    if (expired(timer::sws_override)) c.override_now = true;
    if (expired(timer::keep_alive)) on_keep_alive_timeout(c, env);
    if (expired(timer::time_wait)) {
        if (c.state == state::time_wait)
            fire<event::time_wait_timeout>(c, env);
        else
            fire<event::orphan_timeout>(c, env);
    }
}

/// RFC 6298 sections 5.4 to 5.6.
template <class Tcp>
constexpr void on_retransmission_timeout(control_block<Tcp>& c, environment<Tcp>& env) {
    if (stop_waiting(c)) return;
    if (c.window_shut()) return on_window_probe_timeout(c, env);  // MUST-35, N22
    const in_flight_record& head = c.flight[c.flight.first()];
    if (!try_again(c, env, head.sent)) return;
    ++env.count.timeouts;
    if constexpr (requires { c.rtt.on_timeout(); }) c.rtt.on_timeout();
    if (c.snd.syn_acknowledged()) {
        // While losses are repaired it is the window that was before them which counts, not what is left of it.
        if (!in_recovery(c) && !after_timeout(c)) c.window_before = target_window(c);
        const rto_report report{
            .now = env.now, .flight = std::min(c.snd.flight(), c.window_before), .first = c.retries == 1};
        if constexpr (requires { c.congestion.on_rto(report); }) c.congestion.on_rto(report);
        if (report.first) c.may_take_back = true;
        note_reduction(c);
        judge_doubts(c, env);
        judge_black_hole(c, env);
    } else {
        ++c.syn_retries;
    }
    if constexpr (Tcp::reads_sack)
        if (c.flight.reneged()) on_reneging(c, env);
    c.recovery.on_timeout(recovery_timeout_report{.now = env.now, .nxt = c.snd.nxt}, c.flight);
    arm_recovery(c);
    lose_first_segment(c, env);
    c.retransmit_now = true;
    c.restart_retransmission_timer(env.now);
    report_window(c, env);
}

/// Of the rest the recovery policy judges (RFC 6298 section 5.4 speaks of the earliest segment only).
template <class Tcp>
constexpr void lose_first_segment(control_block<Tcp>& c, environment<Tcp>& env) {
    const list_index head = c.flight.first();
    if (c.flight[head].lost) return;
    c.flight.provide(env.pool, 1);
    if (c.snd.syn_acknowledged()) c.flight.cut_to_segment(head, c.mss);
    c.flight.mark_lost(head);
}

/// What time alone tells of losses.
template <class Tcp>
constexpr void on_recovery_deadline(control_block<Tcp>& c, environment<Tcp>& env) {
    if constexpr (requires { c.recovery.deadline(); }) {
        if (c.flight.empty()) return;
        c.flight.provide(env.pool, 2);
        const recovery_timeout_report report{.now = env.now, .nxt = c.snd.nxt, .target = target_window(c)};
        const recovery_step step = c.recovery.on_deadline(report, c.flight);
        // RFC 8985 section 7.3: behind a probe the timer runs anew, or it would expire before the probe's answer.
        if (step.probe && c.timer.runs(timer::retransmission))
            c.timer.set(timer::retransmission, env.now + c.rtt.rto());
        apply(c, env, step);
        report_window(c, env);
    }
}

/// N31: the peer has had time to acknowledge what it reported, and has not: it may have thrown that away.
template <class Tcp>
constexpr void on_reneging(control_block<Tcp>& c, environment<Tcp>& env) {
    ++env.count.reneged;
    c.timer.stop(timer::reneging);
    c.reported.forget();
    c.flight.forget_sacked();
    c.flight.put_back_all();
    c.retransmit_now = true;
}

template <class Tcp>
constexpr void on_window_probe_timeout(control_block<Tcp>& c, environment<Tcp>& env) {
    if (c.nothing_owed()) {
        c.probing = false;
        return;
    }
    // MUST-37 is about a connection that somebody wants. One that nobody holds would stay for as long as its peer
    // likes, with all its memory (RFC 6429 section 3): it has so long since it could send last, as a FIN-WAIT-2 has
    // (N28).
    if (!c.owned && env.now - c.last_sent >= env.settings.limits.orphan_stand_off)
        return void(fire<event::retries_exhausted>(c, env));
    if (!try_again(c, env, env.now)) return;
    c.probing = true;
    c.probe_now = true;
    c.timer.stop(timer::retransmission);
    if (c.probe_backoff < 16) ++c.probe_backoff;
    c.timer.set(timer::window_probe, env.now + probe_interval(c, env));
}

/// MUST-26: only when nothing is outstanding (N24) and nothing has come for the interval.
template <class Tcp>
constexpr void on_keep_alive_timeout(control_block<Tcp>& c, environment<Tcp>& env) {
    const bool idle = c.nothing_owed() && env.now - c.last_received >= c.options.keep_alive_idle;
    if (!idle) return watch_idle_peer(c, c.nothing_owed() ? c.last_received : env.now);
    if (c.keep_alives == 0) c.retrying_since = env.now;
    instant next = after(env.now, c.options.keep_alive_interval);
    if (c.options.user_timeout && *c.options.user_timeout != no_time_limit) {  // N23: time decides, not tries
        const instant end = after(c.retrying_since, *c.options.user_timeout);
        if (c.keep_alives > 0 && env.now >= end) return void(fire<event::user_timeout>(c, env));
        next = std::min(next, end);
    } else if (c.options.keep_alive_tries != no_limit && c.keep_alives >= c.options.keep_alive_tries) {  // MUST-29
        return void(fire<event::retries_exhausted>(c, env));
    }
    if (c.keep_alives < no_limit) ++c.keep_alives;
    c.keep_alive_now = true;
    c.timer.set(timer::keep_alive, next);
}

/// Counts one more expiry. False when it was the last, and the connection is given up.
template <class Tcp>
constexpr bool try_again(control_block<Tcp>& c, environment<Tcp>& env, instant first_sent) {
    if (c.retries == 0) c.retrying_since = first_sent;
    if (c.retries < 254) ++c.retries;
    // SHLD-9, unless it is not wanted (SHLD-20). A half-open connection of a listener is nobody's yet.
    const bool is_told = c.retries == c.options.r1 && c.options.error_reports;
    if (is_told && c.state != state::syn_received_passive) c.tell(news::unresponsive);
    if (!retries_exhausted(c, env)) return true;
    fire<event::retries_exhausted>(c, env);
    return false;
}

/// R2 (3.8.3): both enough tries and enough time; a SYN has a limit of its own (MUST-23).
template <class Tcp>
constexpr bool retries_exhausted(const control_block<Tcp>& c, const environment<Tcp>& env) {
    const duration tried_for = env.now - c.retrying_since;
    if (c.state == state::syn_received_passive)
        return env.settings.limits.syn_ack_tries != no_limit && c.retries > env.settings.limits.syn_ack_tries;
    if (!c.snd.syn_acknowledged())
        return env.settings.limits.syn_time != no_time_limit && tried_for >= env.settings.limits.syn_time;
    // Who said how long to wait, the application or the peer (RFC 5482), waits no shorter than that (N23).
    const bool was_said =
        c.options.user_timeout ? *c.options.user_timeout != no_time_limit : c.peer_user_timeout != 0;
    const duration least = was_said ? std::max(c.options.r2_time, user_timeout(c, env)) : c.options.r2_time;
    return c.options.r2 != no_limit && c.retries >= c.options.r2 && tried_for >= least;
}

}  // namespace sluice
