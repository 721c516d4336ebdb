// SPDX-License-Identifier: MIT
//
// Loss recovery by selective acknowledgments (RFC 6675): IsLost, pipe, and NextSeg with its four rules. Limited
// transmit (RFC 3042) needs no rule of its own: what is reported has left the pipe, and new data takes its place. A
// peer without SACK gets NewReno.
#pragma once

#include <sluice/policy/recovery/newreno_recovery.hpp>

namespace sluice {

struct sack_recovery {
    using slot = recovery_slot;
    static constexpr bool uses_sack = true;

    newreno_recovery without_sack{};  // its duplicate_threshold (DupThresh) holds with SACK, too

    seq recover_{};  // RecoveryPoint: SND.NXT when the last episode or timeout began
    seq ack_{};      // the last one
    seq rescue_{};   // RescueRxt: rule 4 waits for an ACK beyond this, and so applies once an episode
    std::uint32_t duplicates_ = 0;  // ACKs that reported something new, since SND.UNA moved last
    bool sack_ = false;
    bool recovering_ = false;
    bool after_timeout_ = false;

    constexpr bool in_recovery() const { return sack_ ? recovering_ : without_sack.in_recovery(); }
    constexpr bool after_timeout() const { return sack_ ? after_timeout_ : without_sack.after_timeout(); }

    constexpr void on_start(const recovery_start_report& r) {
        sack_ = r.sack;
        recover_ = r.iss;
        without_sack.on_start(r);
    }

    constexpr recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        if (!sack_) return without_sack.on_ack(r, flight);
        ack_ = r.ack;
        if (r.newly_acked > 0) {
            duplicates_ = 0;
            if (r.ack >= recover_) recovering_ = after_timeout_ = false;
            recover_ = later(recover_, r.ack - (std::uint32_t{1} << 30));  // or it would lie ahead again after 2 GiB
        }
        if (r.newly_sacked > 0) ++duplicates_;
        // Update and IsLost, section 4: more than this above it, or this many separate runs.
        const std::uint32_t threshold = without_sack.duplicate_threshold;
        // Behind a timeout's RecoveryPoint no loss is repaired before that is passed: it would be no new episode (5.1).
        flight.mark_lost_below_sacked((threshold - 1) * r.mss, threshold, after_timeout_ ? recover_ : r.nxt);
        if (recovering_ || after_timeout_ || flight.empty()) return {};
        const bool lost = flight[flight.first()].lost;
        if (!lost && duplicates_ < threshold) return {};
        if (!lost && !flight.mark_next_doubtful(r.mss)) return {};
        // Section 5 step 4.
        recovering_ = true;
        recover_ = r.nxt;
        rescue_ = earlier(flight[flight.first()].end, r.ack + r.mss);  // the end of what leaves again now
        return {.entered = true,
                .retransmit_now = true,
                .limited_transmit = floored_difference(r.nxt - r.ack, r.target)};
    }

    constexpr void on_timeout(const recovery_timeout_report& r, auto& flight) {
        if (!sack_) return without_sack.on_timeout(r, flight);
        recover_ = r.nxt;  // section 5.1: no new episode before all this is acknowledged
        recovering_ = false;
        after_timeout_ = true;
        duplicates_ = 0;
        flight.mark_all_lost();  // but what was reported, which section 5.1 keeps
    }

    constexpr std::uint32_t quota(const quota_report& r) const {
        return sack_ ? floored_difference(r.target, r.pipe) : without_sack.quota(r);
    }

    /// NextSeg's rules 3 and 4: what is not lost by the count, but below something reported; and once an episode the
    /// very last segment, whose ACK shows what is missing before it; if it is not on its way again already.
    constexpr bool find_more(const quota_report& r, auto& flight) {
        if (!sack_ || !recovering_) return false;
        if (flight.mark_next_doubtful(r.mss)) return true;
        if (ack_ <= rescue_) return false;
        rescue_ = recover_;
        return flight.mark_last_lost(r.mss);
    }
};

}  // namespace sluice
