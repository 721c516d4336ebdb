// SPDX-License-Identifier: MIT
//
// RACK-TLP (RFC 8985): what was sent well before something that has arrived is lost, however little came behind it; and
// a tail that nothing comes behind is probed before the timer is waited for. The window is come to by PRR (RFC 9937),
// and what turns out to have been no loss is taken back (RFC 3522, RFC 5682). A peer without SACK gets NewReno.
#pragma once

#include <algorithm>

#include <sluice/policy/recovery/frto.hpp>
#include <sluice/policy/recovery/newreno_recovery.hpp>
#include <sluice/policy/recovery/prr.hpp>
#include <sluice/policy/recovery/undo.hpp>

namespace sluice {

struct rack_tlp {
    using slot = recovery_slot;
    static constexpr bool uses_sack = true;

    newreno_recovery without_sack{};  // its duplicate_threshold (DupThresh) holds with SACK, too
    prr reduction{};
    undo doubts{};                       // whether it was a loss (RFC 3522, D-SACK)
    frto forward{};                      // whether a timeout was one (RFC 5682)
    bool probes = true;                  // TLP
    std::uint8_t recoveries_to_remember = 16;  // that a wider window lasts (section 6.2 step 4)
    duration peer_ack_delay = 200ms;     // TLP.max_ack_delay (section 7.2)
    duration earliest_probe = 10ms;      // that TLP's first draft had; one handshake, or a near peer, tells too little

    static constexpr duration probe_without_rtt = 1s;  // before there is a round trip (section 7.2)

    bool sack_ = false;
    bool recovering_ = false;
    bool after_timeout_ = false;
    bool marked_ = false;  // marks have reduced the window, and more than it is out
    bool reordering_seen_ = false;
    std::uint8_t window_steps_ = 1;  // reo_wnd_mult, in quarters of the shortest round trip
    std::uint8_t steps_last_ = 0;    // reo_wnd_persist: episodes until it is 1 again
    bool probe_repeats_ = false;     // what the tail-loss probe sent had been sent before
    bool sampled_ = true;            // a round trip, since the last probe: no second one without (section 7.3)
    seq recover_{};                 // SND.NXT when the last episode or timeout began
    std::uint32_t duplicates_ = 0;  // ACKs that reported something new, since SND.UNA moved last
    bool enough_came_ = false;      // as many segments as DupThresh are reported (RACK.segs_sacked)

    std::optional<seq> widened_at_{};  // RACK.dsack_round: once a round trip
    std::optional<seq> probe_end_{};   // a tail-loss probe is out

    // RACK: the newest transmission that has arrived.
    seq newest_end_{};
    instant newest_ = long_ago;
    duration rtt_{};
    duration min_rtt_ = duration::max();
    duration srtt_{};
    instant judge_at_ = never;
    instant probe_left_{};
    instant probe_at_ = never;

    constexpr bool in_recovery() const { return sack_ ? recovering_ : without_sack.in_recovery(); }
    constexpr bool after_timeout() const { return after_timeout_; }

    constexpr void on_start(const recovery_start_report& r) {
        sack_ = r.sack;
        recover_ = r.iss;
        without_sack.on_start(r);
    }

    constexpr recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const std::uint32_t lost_before = flight.lost_octets();
        const bool new_arrived = hear(r, flight);
        recovery_step step;
        const bool needless = is_needless(r, new_arrived, flight);
        if (needless) step.needless = doubts.of_;
        end_what_is_over(r, needless);
        if (forward.undecided()) return step;
        if (!sack_) {
            if (needless) return step;
            step = without_sack.on_ack(r, flight);
            if (step.entered) doubts.begin(r.ack, r.nxt, reduction::episode);
            return step;
        }
        detect(r.now, r.nxt, r.target, flight, step);
        if (step.entered) begin_reduction(r.ack, r.nxt, r.nxt - r.ack - flight.sacked_octets() + r.delivered);
        if (reduces()) reduction.on_ack(r.delivered, r.newly_acked > 0 && flight.lost_octets() == lost_before, r.mss);
        marked_ = marked_ && flight.pipe() > r.target;
        step.repaired = ends_probe(r);
        if (step.repaired) doubts.in_doubt_ = false;  // of an older reduction, which is not the last any more
        if (r.newly_acked > 0 || !may_probe(flight)) schedule_probe(r, flight);
        return step;
    }

    /// What else than the first one is lost is not told before it is known whether anything is (RFC 5682).
    constexpr void on_timeout(const recovery_timeout_report& r, auto& flight) {
        const bool known_before = in_recovery() || (after_timeout_ && !forward.undecided());
        if (!after_timeout_ || !forward.undecided())
            doubts.begin(flight[flight.first()].begin, r.nxt, reduction::timeout);
        forward.on_timeout(known_before);
        recover_ = r.nxt;
        recovering_ = marked_ = false;
        after_timeout_ = true;
        duplicates_ = 0;
        judge_at_ = probe_at_ = never;
        probe_end_.reset();
        if (!forward.undecided()) mark_timed_out(r, flight);
    }

    constexpr instant deadline() const { return std::min(judge_at_, probe_at_); }

    constexpr recovery_step on_deadline(const recovery_timeout_report& r, auto& flight) {
        recovery_step step;
        if (judge_at_ <= r.now) {
            detect(r.now, r.nxt, r.target, flight, step);
            const seq una = flight[flight.first()].begin;
            if (step.entered) begin_reduction(una, r.nxt, r.nxt - una - flight.sacked_octets());
        }
        if (probe_at_ <= r.now) {
            probe_at_ = never;
            step.probe = may_probe(flight);
        }
        return step;
    }

    /// Nothing is lost, but the window is less than what is out: PRR's way down, not silence (practice: Linux).
    constexpr void on_marks(const recovery_marks_report& r) {
        if (!sack_ || recovering_ || after_timeout_ || r.pipe <= r.target) return;
        marked_ = true;
        reduction.begin(r.pipe + r.delivered);
        reduction.on_ack(r.delivered, false, r.mss);
    }

    constexpr void on_sent(const recovery_sent_report& r, const auto& flight) {
        doubts.on_sent(r);
        forward.on_sent(r);
        if (!sack_) return;
        if (reduces()) reduction.on_sent(r.length);
        if (r.why == transmission::tail_loss_probe) {
            probe_end_ = flight[flight.last()].end;
            probe_repeats_ = flight[flight.last()].transmissions > 1;
            probe_left_ = r.now;
            sampled_ = false;
            probe_at_ = never;
        } else if (r.why == transmission::new_data || r.why == transmission::limited_transmit) {
            schedule_probe(r, flight);
        }
    }

    constexpr std::uint32_t quota(const quota_report& r) const {
        if (forward.undecided()) return forward.quota(r.mss);
        if (!sack_) return without_sack.quota(r);
        return reduces() ? reduction.quota(r.target, r.pipe, r.mss) : floored_difference(r.target, r.pipe);
    }

    /// Section 6.2 step 4.
    constexpr duration reordering_window() const {
        if (!reordering_seen_ && (recovering_ || after_timeout_ || enough_came_)) return duration::zero();
        if (min_rtt_ == duration::max()) return duration::zero();
        return std::min(min_rtt_ / 4 * static_cast<std::int64_t>(window_steps_), srtt_);
    }

private:
    /// Steps 1 to 4: what the ACK tells of times and of order. True if something that left since the last timeout or
    /// episode began has arrived.
    constexpr bool hear(const recovery_ack_report& r, auto& flight) {
        const auto arrived = flight.take_arrivals();
        if (r.min_rtt) min_rtt_ = *r.min_rtt;
        if (r.srtt) srtt_ = *r.srtt;
        sampled_ |= r.sampled;
        if (r.newly_acked > 0) duplicates_ = 0;
        if (r.newly_sacked > 0) ++duplicates_;
        enough_came_ = duplicates_ >= without_sack.duplicate_threshold ||
                       flight.sacked_octets() > (without_sack.duplicate_threshold - 1) * r.mss;
        reordering_seen_ |= arrived.reordered;
        const bool any_arrived = arrived.sent != long_ago;
        if (any_arrived) {
            const duration took = r.now - arrived.sent;
            // Sent again, and here sooner than any round trip, or with an older timestamp: it is the first one that has
            // arrived. An ACK that does not advance echoes what came before the hole, and tells nothing.
            const bool echoes_the_first = r.newly_acked > 0 && r.echo_before && *r.echo_before <= arrived.sent;
            const bool is_of_the_first = arrived.again && (took < min_rtt_ || echoes_the_first);
            if (!is_of_the_first) {
                rtt_ = took;
                if (newest_ < arrived.sent || (newest_ == arrived.sent && newest_end_ < arrived.end)) {
                    newest_ = arrived.sent;
                    newest_end_ = arrived.end;
                }
            }
        }
        if (r.arrived_twice && (!widened_at_ || *widened_at_ <= r.ack)) {
            widened_at_ = r.nxt;
            if (window_steps_ < 255) ++window_steps_;
            steps_last_ = recoveries_to_remember;
        }
        return any_arrived && arrived.end > recover_;
    }

    /// Whether the reduction that is in doubt was for nothing. Where that shows it was not, what a timeout has left
    /// open is marked lost.
    constexpr bool is_needless(const recovery_ack_report& r, bool new_arrived, auto& flight) {
        if (doubts.on_ack(r, flight.next_lost() != no_index)) return true;
        if (!forward.undecided()) return false;
        const auto verdict = r.newly_acked > 0 && doubts.knows_at_once(r)
                                 ? forward.decide(frto::verdict::lost)
                                 : forward.on_ack(r, recover_, new_arrived, sack_);
        if (verdict == frto::verdict::lost) mark_timed_out({.now = r.now, .nxt = recover_}, flight);
        return verdict == frto::verdict::delayed;
    }

    constexpr void end_what_is_over(const recovery_ack_report& r, bool needless) {
        if (needless) {
            forward.decide(frto::verdict::delayed);
            reordering_seen_ |= doubts.of_ == reduction::episode;  // step 3, of what left again, as that is told apart
            doubts.in_doubt_ = false;
            without_sack.give_up_episode();
            newest_ = long_ago;  // it was no retransmission that has arrived
        }
        if (needless || (r.newly_acked > 0 && r.ack >= recover_ && (recovering_ || after_timeout_))) end_episode();
        if (r.newly_acked > 0)
            recover_ = later(recover_, r.ack - (std::uint32_t{1} << 30));  // or it would lie ahead again after 2 GiB
    }

    /// Section 6.3: what RACK would call lost by now; the rest may arrive.
    constexpr void mark_timed_out(const recovery_timeout_report& r, auto& flight) {
        if (!sack_) return without_sack.on_timeout(r, flight);
        while (flight.oldest() != no_index && flight[flight.oldest()].begin < r.nxt &&
               flight[flight.oldest()].sent + rtt_ + reordering_window() <= r.now)
            flight.mark_lost(flight.oldest());
    }

    /// Step 5, in the order of transmission: who was sent before what has arrived, and is late, is lost. Of what left
    /// in one instant the lower end counts as sent before (section 6.1, RACK_sent_after; Linux likewise). So it is with
    /// all that leaves at once, where what is lost goes first. Only what ACKs of one instant let out, one after the
    /// other, may be the other way round; then a retransmission that comes right behind new data leaves once more.
    constexpr void detect(instant now, seq nxt, std::uint32_t target, auto& flight, recovery_step& step) {
        judge_at_ = never;
        bool lost_any = false;
        while (flight.oldest() != no_index) {
            const auto& r = flight[flight.oldest()];
            if (newest_ < r.sent || (newest_ == r.sent && newest_end_ < r.end)) break;
            const instant late = r.sent + rtt_ + reordering_window();
            if (now < late) {
                judge_at_ = late;
                break;
            }
            flight.mark_lost(flight.oldest());
            lost_any = true;
        }
        if (!lost_any || recovering_ || after_timeout_) return;
        recovering_ = step.entered = true;
        recover_ = nxt;
        step.limited_transmit = floored_difference(nxt - flight[flight.first()].begin, target);
    }
    constexpr bool reduces() const { return recovering_ || marked_; }
    constexpr void begin_reduction(seq una, seq nxt, std::uint32_t flight) {
        marked_ = false;
        probe_end_.reset();  // what it has shown is answered for
        reduction.begin(flight);
        doubts.begin(una, nxt, reduction::episode);
    }
    constexpr void end_episode() {
        recovering_ = after_timeout_ = false;
        if (steps_last_ > 0 && --steps_last_ == 0) window_steps_ = 1;
    }

    // ---- the tail ---------------------------------------------------------------------------------------------------

    constexpr bool may_probe(const auto& flight) const {
        return probes && !recovering_ && !after_timeout_ && !flight.empty() && flight.sacked_octets() == 0;
    }

    /// Section 7.2: two round trips. Less than two full segments may wait for the peer's ACK timer (RFC 1122 section
    /// 4.2.3.2): one, of which the RFC speaks, or one and a part of one. Full is what had no room for more: options may
    /// have taken it. Never behind the timer.
    constexpr void schedule_probe(const auto& r, const auto& flight) {
        probe_at_ = never;
        // Section 7.3: one at a time, and only where a round trip has been measured since the last.
        if (!may_probe(flight) || probe_end_ || !sampled_) return;
        const std::uint32_t out = flight[flight.last()].end - flight[flight.first()].begin;
        const std::uint32_t text = out - (flight.ends_in_fin(flight.last()) ? 1u : 0u);
        duration wait = srtt_ == duration::zero() ? probe_without_rtt : std::max(2 * srtt_, earliest_probe);
        if (text <= r.mss || (r.has_small && text < 2 * r.mss)) wait += peer_ack_delay;
        probe_at_ = std::min(r.now + wait, r.rto_at);
    }

    /// Section 7.4.2: true when the probe has repaired a loss, which is congestion like any other. An ACK of no more
    /// than the probe may be the first transmission's; the RFC waits for one that goes beyond it, which a timestamp
    /// saves.
    constexpr bool ends_probe(const recovery_ack_report& r) {
        if (!probe_end_) return false;
        if (r.arrived_twice && r.arrived_twice->end == *probe_end_) {  // nothing was lost: the probe was one too many
            probe_end_.reset();
            return false;
        }
        if (r.ack < *probe_end_) return false;
        bool repaired = probe_repeats_;
        if (repaired && r.ack == *probe_end_) {
            const bool both_arrived = r.newly_acked == 0 && r.duplicate && !r.arrived_twice;
            if (!both_arrived && (r.newly_acked == 0 || !r.echo_before)) return false;
            repaired = !both_arrived && probe_left_ < *r.echo_before;
        }
        probe_end_.reset();
        return repaired;
    }
};

}  // namespace sluice
