// SPDX-License-Identifier: MIT
//
// What an acceptable ACK does to the sender (RFC 9293 section 3.10.7.4 fifth, RFC 5681, RFC 6298): the records it
// covers go, the estimators learn, the recovery policy judges, the congestion policy is told, the window is taken.
#pragma once

#include <sluice/connection/ecn.hpp>
#include <sluice/connection/mtu_probing.hpp>
#include <sluice/connection/timing.hpp>
#include <sluice/connection/user_timeout.hpp>

namespace sluice {

/// What one ACK has found out about what is in flight.
struct findings {
    seq ack{};
    std::uint32_t newly_acked = 0;
    std::uint32_t newly_sacked = 0;
    std::uint32_t delivered = 0;
    std::uint32_t pipe_before = 0;
    std::uint32_t lost_before = 0;
    std::uint32_t segments = 1;
    bool in_recovery_before = false;
    bool after_timeout_before = false;
    bool app_limited = false;
    bool acknowledges_syn = false;
    std::uint32_t acked_again = 0;
    bool duplicate = false;
    bool taken_back = false;  // the window of before: on_undo has been told how much of it this ACK gives
    std::optional<sack_block> arrived_twice{};
    std::optional<duration> sample{};
    std::optional<instant> echo_before{};
};

template <class Tcp>
constexpr void take_ack(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    const seq ack = s.acknowledgment;
    const bool window_changed = s.window != c.snd.wnd;
    const bool advances = c.snd.acknowledges_new(ack);
    findings f = take_news(c, env, s, advances);
    if (c.snd.updates_window(s.sequence, ack)) c.snd.take_window(s.sequence, ack, s.window);
    hear_feedback(c, s, f.delivered, f.newly_acked, f.acknowledges_syn);
    f.duplicate = !advances && is_duplicate(c, s, window_changed);
    if (f.duplicate) ++env.count.duplicate_acks_in;
    if (advances) take_progress(c, env, f);
    if (advances || f.duplicate || f.newly_sacked > 0 || f.arrived_twice) {
        const recovery_step step = tell_recovery(c, env, f);
        // Neither a SYN,ACK nor the ACK of one grows the window (RFC 5681 section 3.1).
        const bool changed = f.delivered > 0 || c.flight.lost_octets() != f.lost_before;
        f.taken_back = step.needless != reduction::none;
        if (!f.acknowledges_syn && changed) tell_congestion(c, env, f);
        if (advances) restart_timers(c, env, step.keep_timer);
        if constexpr (Tcp::reads_sack) watch_reneging(c, env);
    }
    react_to_marks(c, env, f.delivered);
    judge_stand_off(c, env);
    report_window(c, env);
}

/// The records hear of it first: what is acknowledged is gone, what is reported is marked.
template <class Tcp>
constexpr findings take_news(control_block<Tcp>& c, environment<Tcp>& env, const segment& s, bool advances) {
    findings f{.ack = s.acknowledgment,
               .pipe_before = c.flight.pipe(),
               .lost_before = c.flight.lost_octets(),
               .segments = s.segments,
               .in_recovery_before = in_recovery(c),
               .after_timeout_before = after_timeout(c),
               .app_limited = c.snd.una < c.app_limited_end,
               .acknowledges_syn = !c.snd.syn_acknowledged()};
    if (advances) {
        const auto gone = c.flight.acknowledge(f.ack);
        f.newly_acked = f.ack - c.snd.una;
        c.totals.acknowledged += f.newly_acked;
        f.delivered = gone.octets - gone.sacked;
        f.acked_again = gone.retransmitted;
        f.sample = round_trip(c, env, s, gone);
        c.outgoing.drop(env.pool, queued_octets_below(c, f.ack));
        c.snd.advance(f.ack);
        c.flight.rest(env.pool);
    }
    if constexpr (Tcp::options::timestamps && requires { c.recovery.deadline(); })
        if (c.agreed.timestamps && s.options.timestamps)
            f.echo_before = c.clock.left_before(s.options.timestamps->echo, env.now);
    if constexpr (Tcp::reads_sack) {
        if (c.agreed.sack && !s.options.sack.empty()) {
            c.flight.provide(env.pool, 2 * sack_blocks::most);
            const auto news = c.reported.take(s.options.sack, f.ack, c.snd, c.flight);
            f.newly_sacked = news.octets;
            f.delivered += news.octets;
            f.arrived_twice = news.duplicate;
            if (news.duplicate) {
                ++env.count.arrived_twice;
                // It answers a second arrival, whose timestamp it does not echo (RFC 7323 section 5.3: R2 is before
                // R3): what the echo would tell is how long the first one's ACK, which was lost, was waited for.
                if (f.acked_again > 0) f.sample.reset();
            }
        }
    }
    return f;
}

/// Octets of the queue that an advance to `ack` frees; SYN and FIN have none there.
template <class Tcp>
constexpr std::size_t queued_octets_below(const control_block<Tcp>& c, seq ack) {
    const seq first = c.first_queued(), end = earlier(ack, c.queue_end());
    return end > first ? end - first : 0;
}

/// The round trip of what was sent once (Karn, MUST-18); of what was sent again, what the echo tells to the tick
/// (RFC 7323 section 4.1: only when SND.UNA moves).
template <class Tcp>
constexpr std::optional<duration> round_trip(const control_block<Tcp>& c, const environment<Tcp>& env, const segment& s,
                                             const auto& gone) {
    if (gone.sent && gone.retransmitted == 0) return env.now - *gone.sent;
    if constexpr (Tcp::options::timestamps)
        if (c.agreed.timestamps && s.options.timestamps && gone.sent)
            return c.clock.round_trip(s.options.timestamps->echo, env.now);
    return {};
}

/// RFC 5681 section 2: outstanding data, no text, neither SYN nor FIN, the highest ACK again, and the same window. What
/// answers a window probe looks the same and means nothing.
template <class Tcp>
constexpr bool is_duplicate(const control_block<Tcp>& c, const segment& s, bool window_changed) {
    return !c.flight.empty() && s.length() == 0 && !s.trimmed && s.acknowledgment == c.snd.una && !window_changed &&
           c.snd.wnd != 0;
}

/// SND.UNA has moved.
template <class Tcp>
constexpr void take_progress(control_block<Tcp>& c, environment<Tcp>& env, const findings& f) {
    c.app_limited_end = later(c.app_limited_end, f.ack);
    c.small_end = later(c.small_end, f.ack);
    c.retries = 0;
    judge_mtu_probe(c, env);
    if constexpr (requires { c.outgoing.adapt(env.pool, env.settings.buffers, 0); })
        c.outgoing.adapt(env.pool, env.settings.buffers, target_window(c));
    if (c.wants_room && c.outgoing.free() > 0) {
        c.wants_room = false;
        c.tell(news::writable);
    }
    if (!f.sample) return;
    c.min_rtt.update(*f.sample, env.now, env.settings.limits.min_rtt_window);
    // One for every second segment that was in flight (RFC 7323 appendix G).
    const std::uint32_t expected_samples = (c.snd.flight() + f.newly_acked + 2 * c.mss - 1) / (2 * c.mss);
    if constexpr (requires { c.rtt.on_sample(*f.sample, expected_samples); })
        c.rtt.on_sample(*f.sample, expected_samples);
}

template <class Tcp>
constexpr recovery_step tell_recovery(control_block<Tcp>& c, environment<Tcp>& env, const findings& f) {
    if (!c.flight.empty()) c.flight.provide(env.pool, 2);
    recovery_ack_report report{.now = env.now,
                               .ack = c.snd.una,  // SEG.ACK may be older, and report something all the same
                               .nxt = c.snd.nxt,
                               .newly_acked = f.newly_acked,
                               .newly_sacked = f.newly_sacked,
                               .delivered = f.delivered,
                               .mss = c.mss,
                               .target = target_window(c),
                               .duplicate = f.duplicate,
                               .arrived_twice = f.arrived_twice};
    if constexpr (requires { c.recovery.deadline(); }) {
        report.sampled = f.sample.has_value();
        // An ACK of new data is about to restart it (RFC 6298 section 5.3).
        report.rto_at = f.newly_acked > 0 ? env.now + c.rtt.rto() : c.timer[timer::retransmission];
        report.acked_again = f.acked_again;
        report.echo_before = f.echo_before;
        report.unsent = c.may_send_text() && !c.flight.crowded() ? std::min(c.unsent(), c.snd.usable_window()) : 0;
        report.has_small = c.has_small_out();
        report.min_rtt = min_rtt(c);
        report.srtt = srtt(c);
    }
    const recovery_step step = c.recovery.on_ack(report, c.flight);
    if (step.needless != reduction::none) take_back(c, env, f, step.needless);
    if (step.entered || f.newly_acked > 0) c.probe_tail_now = false;  // it waits for the link, and has been answered
    apply(c, env, step, f.newly_acked);
    return step;
}

/// RFC 4015: the last reduction was for nothing. A SYN's timeout has reduced nothing.
template <class Tcp>
constexpr void take_back(control_block<Tcp>& c, environment<Tcp>& env, const findings& f, reduction needless) {
    if (f.acknowledges_syn || !c.may_take_back) return;
    const undo_report report{.now = env.now,
                             .flight = c.snd.flight(),
                             .newly_acked = f.newly_acked,
                             .timeout = needless == reduction::timeout};
    c.may_take_back = false;
    forget_reduction(c);
    ++(report.timeout ? env.count.timeouts_undone : env.count.recoveries_undone);
    if constexpr (requires { c.congestion.on_undo(report); }) c.congestion.on_undo(report);
    if constexpr (requires { c.rtt.on_undo(f.sample); })
        if (report.timeout) c.rtt.on_undo(f.sample);
}

template <class Tcp>
constexpr void apply(control_block<Tcp>& c, environment<Tcp>& env, const recovery_step& step,
                     std::uint32_t newly_acked = 0) {
    if (step.retransmit_now) c.retransmit_now = true;
    if (step.probe) c.probe_tail_now = true;
    arm_recovery(c);
    if (step.entered && excuses_loss(c, env)) return;
    const bool is_told_late = ends_excuse(c);
    if (step.entered) ++env.count.recoveries;
    if (!step.entered && !step.repaired && !is_told_late) return;
    c.window_before = target_window(c);
    c.may_take_back = !has_reduced(c);
    if (!c.may_take_back) return;
    // What a probe has repaired was in flight until this ACK.
    const std::uint32_t before = c.snd.flight() + (step.entered ? 0 : newly_acked);
    const std::uint32_t flight = floored_difference(before, step.limited_transmit);
    const congestion_report report{
        .now = env.now, .flight = std::min(flight, c.window_before), .pipe = c.flight.pipe()};
    if constexpr (requires { c.congestion.on_congestion(report); }) c.congestion.on_congestion(report);
    note_reduction(c);
}

template <class Tcp>
constexpr void tell_congestion(control_block<Tcp>& c, environment<Tcp>& env, const findings& f) {
    ack_report report{.now = env.now,
                      .newly_acked = f.newly_acked,
                      .newly_sacked = f.newly_sacked,
                      .delivered = f.delivered,
                      .newly_lost = c.flight.lost_octets() - f.lost_before,
                      .pipe_before = f.pipe_before,
                      .pipe = c.flight.pipe(),
                      .segments = f.segments,
                      .rtt = f.sample,
                      .min_rtt = min_rtt(c),
                      .srtt = srtt(c),
                      .app_limited = f.app_limited,
                      .cwnd_limited = was_cwnd_limited(c),
                      .round_start = f.ack > c.round_end,
                      .in_recovery = f.in_recovery_before || in_recovery(c) || f.taken_back,
                      .after_timeout = f.after_timeout_before || after_timeout(c)};
    report_feedback(c, report);
    if (report.round_start) {
        c.round_end = c.snd.nxt;
        c.cwnd_was_limited = c.cwnd_limited;
        c.cwnd_limited = false;
        c.most_in_flight = c.snd.flight();
        if (c.path.raise_at <= env.now) raise_path_mtu(c);
    }
    if constexpr (requires { c.congestion.on_ack(report); }) c.congestion.on_ack(report);
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

/// RFC 6298 sections 5.2 and 5.3.
template <class Tcp>
constexpr void restart_timers(control_block<Tcp>& c, environment<Tcp>& env, bool keep) {
    if (c.flight.empty())
        c.timer.stop(timer::retransmission);
    else if (!keep)
        c.restart_retransmission_timer(env.now);
    restart_user_timeout(c, env);
}

/// A report that the cumulative ACK contradicts is believed for a little while (N31).
template <class Tcp>
constexpr void watch_reneging(control_block<Tcp>& c, environment<Tcp>& env) {
    if (!c.flight.reneged()) return c.timer.stop(timer::reneging);
    if (c.timer.runs(timer::reneging)) return;
    duration patience = std::max<duration>(10ms, srtt(c).value_or(0ns) / 2);
    // Behind a timeout no sooner than the next one: who lies would have its back-off waived (RFC 6298 section 5.5).
    if (c.retries > 0) patience = std::max(patience, c.rtt.rto());
    c.timer.set(timer::reneging, env.now + patience);
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
    c.flight.put_back_all();
    c.retransmit_now = true;
    c.restart_retransmission_timer(env.now);
}

}  // namespace sluice
