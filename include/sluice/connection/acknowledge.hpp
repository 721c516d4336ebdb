// SPDX-License-Identifier: MIT
//
// What an acceptable ACK does to the sender (RFC 9293 section 3.10.7.4 fifth, RFC 5681, RFC 6298): the records it covers
// go, the estimators learn, the recovery policy judges, the congestion policy is told, the window is taken.
#pragma once

#include <sluice/connection/negotiation.hpp>

namespace sluice {

/// The congestion policy's window, bounded so that no sum with it wraps.
template <class Tcp>
constexpr std::uint32_t target_window(const control_block<Tcp>& c) {
    return std::min(c.congestion.window(), largest_window);
}

/// What may leave on the way to the target: the recovery policy's quota, or target − pipe. A window below one segment still
/// lets one out when nothing else is in the network, or nothing would ever move.
template <class Tcp>
constexpr std::uint32_t quota(const control_block<Tcp>& c) {
    const std::uint32_t target = target_window(c);
    const std::uint32_t pipe = c.flight.pipe();
    if (pipe == 0 && target < c.mss) return c.mss;
    const quota_report report{.target = target, .pipe = pipe, .flight = c.snd.flight(), .mss = c.mss};
    if constexpr (requires { c.recovery.quota(report); })
        return c.recovery.quota(report);
    else
        return floored_difference(target, pipe);
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

template <class Tcp>
constexpr void report_window(control_block<Tcp>& c, environment<Tcp>& env) {
    window_report report{.now = env.now,
                         .cwnd = c.congestion.window(),
                         .pipe = c.flight.pipe(),
                         .flight = c.snd.flight(),
                         .peer_window = c.snd.wnd,
                         .rto = c.rtt.rto(),
                         .in_recovery = in_recovery(c)};
    if constexpr (requires { c.rtt.srtt(); }) report.srtt = c.rtt.srtt();
    env.observe().on_window(report);
}

/// The user timeout counts from when the first unacknowledged octet was sent (N23), or from now when that is forgotten.
template <class Tcp>
constexpr void restart_user_timeout(control_block<Tcp>& c, const environment<Tcp>& env) {
    const duration limit = c.options.user_timeout.value_or(env.settings.limits.user_timeout);
    if (limit == no_time_limit || c.flight.empty()) return c.timer.stop(timer::user_timeout);
    const in_flight_record& head = c.flight[c.flight.first()];
    c.timer.set(timer::user_timeout, (head.transmissions == 1 ? head.sent : env.now) + limit);
}

/// Judges whether the congestion window was what held the flight back ("cwnd-limited" of RFC 7661 and RFC 9438).
template <class Tcp>
constexpr bool was_cwnd_limited(const control_block<Tcp>& c) {
    if (c.cwnd_limited || c.cwnd_was_limited) return true;
    if constexpr (requires { c.congestion.ssthresh(); })
        return c.congestion.window() < c.congestion.ssthresh() && c.most_in_flight > c.congestion.window() / 2;
    else
        return false;
}

/// Octets of the queue that an advance to `ack` frees; SYN and FIN have none there.
template <class Tcp>
constexpr std::size_t queued_octets_below(const control_block<Tcp>& c, seq ack) {
    const seq first = c.first_queued(), end = earlier(ack, c.queue_end());
    return end > first ? end - first : 0;
}

template <class Tcp>
constexpr void apply(control_block<Tcp>& c, environment<Tcp>& env, const recovery_step& step) {
    if (step.retransmit_now) c.retransmit_now = true;
    if (!step.entered) return;
    ++env.count.recoveries;
    const congestion_report report{
        .now = env.now, .flight = c.snd.flight() - step.limited_transmit, .pipe = c.flight.pipe()};
    if constexpr (requires { c.congestion.on_congestion(report); }) c.congestion.on_congestion(report);
}

/// SND.UNA moves.
template <class Tcp>
constexpr void take_new_ack(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    const seq ack = s.acknowledgment;
    const bool acknowledges_syn = !c.snd.syn_acknowledged();
    const std::uint32_t pipe_before = c.flight.pipe();
    const std::uint32_t lost_before = c.flight.lost_octets();
    const std::uint32_t newly_acked = ack - c.snd.una;
    const bool in_recovery_before = in_recovery(c), after_timeout_before = after_timeout(c);
    const bool app_limited = c.snd.una < c.app_limited_end;

    const auto gone = c.flight.acknowledge(ack);
    c.outgoing.drop(queued_octets_below(c, ack));
    c.snd.advance(ack);
    c.app_limited_end = later(c.app_limited_end, ack);
    c.retries = 0;
    if (c.wants_room && c.outgoing.free() > 0) {
        c.wants_room = false;
        c.tell(news::writable);
    }

    // Karn: no sample from what was sent twice (MUST-18).
    std::optional<duration> sample;
    if (gone.sent && !gone.retransmitted) {
        sample = env.now - *gone.sent;
        c.min_rtt.update(*sample, env.now);
        // One for every second segment that was in flight (RFC 7323 appendix G).
        const std::uint32_t expected_samples = (c.snd.flight() + newly_acked + 2 * c.mss - 1) / (2 * c.mss);
        if constexpr (requires { c.rtt.on_sample(*sample, expected_samples); })
            c.rtt.on_sample(*sample, expected_samples);
    }

    const recovery_ack_report to_recovery{.now = env.now,
                                          .ack = ack,
                                          .nxt = c.snd.nxt,
                                          .newly_acked = newly_acked,
                                          .mss = c.mss,
                                          .target = target_window(c)};
    const recovery_step step = c.recovery.on_ack(to_recovery, c.flight);
    apply(c, env, step);

    ack_report report{.now = env.now,
                      .newly_acked = newly_acked,
                      .newly_lost = c.flight.lost_octets() - lost_before,
                      .pipe_before = pipe_before,
                      .pipe = c.flight.pipe(),
                      .segments = s.segments,
                      .rtt = sample,
                      .app_limited = app_limited,
                      .cwnd_limited = was_cwnd_limited(c),
                      .round_start = ack > c.round_end,
                      .in_recovery = in_recovery_before || in_recovery(c),
                      .after_timeout = after_timeout_before || after_timeout(c)};
    if (c.min_rtt.best() != duration::max()) report.min_rtt = c.min_rtt.best();
    if (report.round_start) {
        c.round_end = c.snd.nxt;
        c.cwnd_was_limited = c.cwnd_limited;
        c.cwnd_limited = false;
        c.most_in_flight = c.snd.flight();
    }
    // Neither a SYN,ACK nor the ACK of one grows the window (RFC 5681 section 3.1).
    if constexpr (requires { c.congestion.on_ack(report); })
        if (!acknowledges_syn) c.congestion.on_ack(report);

    // RFC 6298 sections 5.2 and 5.3.
    if (c.flight.empty())
        c.timer.stop(timer::retransmission);
    else if (!step.keep_timer)
        c.timer.set(timer::retransmission, env.now + c.rtt.rto());
    restart_user_timeout(c, env);
}

/// RFC 5681 section 2: outstanding data, no text, neither SYN nor FIN, the highest ACK again, and the same window. What
/// answers a window probe looks the same and means nothing.
template <class Tcp>
constexpr bool is_duplicate(const control_block<Tcp>& c, const segment& s, bool window_changed) {
    return !c.flight.empty() && s.length() == 0 && !s.trimmed && s.acknowledgment == c.snd.una && !window_changed &&
           c.snd.wnd != 0;
}

template <class Tcp>
constexpr void take_duplicate_ack(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    ++env.count.duplicate_acks_in;
    const recovery_ack_report report{.now = env.now,
                                     .ack = s.acknowledgment,
                                     .nxt = c.snd.nxt,
                                     .mss = c.mss,
                                     .target = target_window(c),
                                     .duplicate = true};
    apply(c, env, c.recovery.on_ack(report, c.flight));
}

/// The peer's window is shut, or has just opened after probes.
template <class Tcp>
constexpr void judge_stand_off(control_block<Tcp>& c, environment<Tcp>& env) {
    if (c.window_shut()) {
        c.retries = 0;  // it answers: kept open as long as it does (MUST-37, N22)
        if (!c.options.user_timeout) c.timer.stop(timer::user_timeout);
        return;
    }
    c.timer.stop(timer::window_probe);
    c.probe_backoff = 0;
    c.probe_now = false;
    if (!c.probing) return;
    c.probing = false;
    c.retries = 0;  // unanswered probes say nothing about what leaves now
    if (c.flight.empty()) return;
    // What met a shut window was dropped there; that is no congestion.
    c.flight.mark_all_lost();
    c.retransmit_now = true;
    c.timer.set(timer::retransmission, env.now + c.rtt.rto());
}

template <class Tcp>
constexpr void take_ack(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    const seq ack = s.acknowledgment;
    const bool window_changed = s.window != c.snd.wnd;
    const bool advances = c.snd.acknowledges_new(ack);
    if (advances) take_new_ack(c, env, s);
    if (c.snd.updates_window(s.sequence, ack)) c.snd.take_window(s.sequence, ack, s.window);
    if (!advances && is_duplicate(c, s, window_changed)) take_duplicate_ack(c, env, s);
    judge_stand_off(c, env);
    report_window(c, env);
}

}  // namespace sluice
