// SPDX-License-Identifier: MIT
//
// NewReno (RFC 6582) on top of fast retransmit (RFC 5681 section 3.2) and limited transmit (RFC 3042), for peers
// without SACK. The congestion policy's window stays the target; what the RFCs call inflating and deflating cwnd is the
// quota here.
#pragma once

#include <algorithm>

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/tcb/in_flight.hpp>
#include <sluice/tcb/send_space.hpp>

namespace sluice {

struct newreno_recovery {
    using slot = recovery_slot;

    std::uint8_t duplicate_threshold = 3;  // DupThresh, RFC 5681
    bool limited_transmit = true;          // RFC 3042

    bool recovering_ = false;
    bool after_timeout_ = false;
    bool partial_ = false;  // a partial ACK has come in this episode
    seq recover_{};       // SND.NXT when the last episode or timeout began; ISS at first
    std::uint32_t last_advance_ = 0;  // what the last ACK of new data acknowledged (RFC 6582 section 4.1)
    std::uint32_t duplicates_ = 0;
    std::uint32_t inflation_ = 0;  // what duplicate ACKs have added to the window, and partial ACKs taken off
    // After an episode: what the flight may grow to without a burst. It grows again from what is left of it (RFC 6582
    // section
    // 3.2 step 3, first option), for some round trips when the peer's window admitted nothing new during the episode.
    std::uint32_t ceiling_ = unbounded;

    static constexpr std::uint32_t unbounded = ~std::uint32_t{0};

    constexpr bool in_recovery() const { return recovering_; }
    constexpr bool after_timeout() const { return after_timeout_; }

    constexpr void on_start(const recovery_start_report& r) { recover_ = r.iss; }

    constexpr recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        if (r.newly_acked > 0) return on_advance(r, flight);
        if (!r.duplicate) return {};
        ++duplicates_;
        if (recovering_) {
            inflation_ += r.mss;  // RFC 5681 section 3.2 step 4: a segment has left the network
            return {};
        }
        if (duplicates_ != duplicate_threshold || !is_new_episode(r)) return {};
        recovering_ = true;
        partial_ = false;
        inflation_ = duplicate_threshold * r.mss;  // step 3
        recover_ = r.nxt;
        const std::uint32_t out = r.nxt - r.ack;
        mark_first_segment_lost(r, flight);
        return {.entered = true,
                .retransmit_now = true,
                .limited_transmit =
                    limited_transmit ? std::min(floored_difference(out, std::min(r.target, ceiling_)), 2 * r.mss) : 0};
    }

    constexpr void on_timeout(const recovery_timeout_report& r, auto& flight) {
        recover_ = r.nxt;  // RFC 6582 section 4: no fast retransmit for what the timeout sends again
        recovering_ = false;
        after_timeout_ = true;
        duplicates_ = inflation_ = 0;
        ceiling_ = unbounded;
        flight.mark_all_lost();
    }

    /// It was none.
    constexpr void give_up_episode() {
        recovering_ = after_timeout_ = false;
        duplicates_ = inflation_ = 0;
        ceiling_ = unbounded;
    }

    constexpr std::uint32_t quota(const quota_report& r) const {
        if (recovering_) return floored_difference(r.target + inflation_, r.flight);
        const std::uint32_t extra =
            limited_transmit && !after_timeout_ && duplicates_ < duplicate_threshold ? duplicates_ * r.mss : 0;
        return floored_difference(std::min(r.target, ceiling_) + extra, r.pipe);
    }

private:
    constexpr recovery_step on_advance(const recovery_ack_report& r, auto& flight) {
        last_advance_ = r.newly_acked;
        duplicates_ = 0;
        if (ceiling_ != unbounded) {
            ceiling_ += r.newly_acked;
            if (ceiling_ >= r.target) ceiling_ = unbounded;
        }
        const bool full = r.ack >= recover_;
        if (full) after_timeout_ = false;
        recover_ = later(recover_, r.ack - (std::uint32_t{1} << 30));  // or it would lie ahead again after 2 GiB
        if (!recovering_) return {};
        if (full) {
            recovering_ = false;
            // RFC 6582 section 3.2 step 3, first option: no burst, the flight grows to the target from where it is.
            ceiling_ = std::max(r.nxt - r.ack, r.mss) + r.mss;
            if (ceiling_ >= r.target) ceiling_ = unbounded;
            return {};
        }
        // A partial ACK: the next segment is missing too; deflate by what was acknowledged, less one segment (step 3B).
        mark_first_segment_lost(r, flight);
        inflation_ = floored_difference(inflation_, r.newly_acked);
        if (r.newly_acked >= r.mss) inflation_ += r.mss;
        const bool first = !partial_;
        partial_ = true;
        return {.retransmit_now = true, .keep_timer = !first};
    }

    /// RFC 6582 section 3.2 step 2. Duplicate ACKs of what an earlier episode sent twice may be no sign of loss; small
    /// advances tell that they are (section 4.1).
    constexpr bool is_new_episode(const recovery_ack_report& r) const {
        return r.ack > recover_ ||
               (!after_timeout_ && r.target > r.mss && last_advance_ > 0 && last_advance_ <= 4 * r.mss);
    }

    static constexpr void mark_first_segment_lost(const recovery_ack_report& r, auto& flight) {
        const list_index head = flight.first();
        if (head == no_index) return;
        flight.cut_to_segment(head, r.mss);  // without a record for the rest, the whole burst
        flight.mark_lost(head);
    }
};

}  // namespace sluice
