// SPDX-License-Identifier: MIT
//
// Forward RTO-recovery (RFC 5682): after a timeout only the first octets leave again; what the next two ACKs say of the
// rest, and of something new sent in between, tells whether anything was lost. A part of recovery policies, in both
// variants: with SACK (section 3), and without (section 2).
#pragma once

#include <algorithm>

#include <sluice/policy/reports.hpp>
#include <sluice/tcb/send_space.hpp>

namespace sluice {

struct frto {
    bool enabled = true;

    enum class step : std::uint8_t { off, first_ack, second_ack };
    step step_ = step::off;
    std::uint32_t new_ = 0;  // octets of new data that have left to find out

    enum class verdict : std::uint8_t { open, lost, delayed };

    constexpr bool undecided() const { return step_ != step::off; }

    /// Step 1. `repairing`: earlier losses are not yet repaired, and what comes back could be of their repair.
    constexpr void on_timeout(bool repairing) {
        step_ = enabled && !repairing ? step::first_ack : step::off;
        new_ = 0;
    }

    constexpr void on_sent(const recovery_sent_report& r) {
        if (r.why != transmission::retransmission && r.why != transmission::forced_retransmission) new_ += r.length;
    }

    /// Steps 2 and 3. `recover`: SND.NXT at the timeout; `new_arrived`: something sent behind it has.
    constexpr verdict on_ack(const recovery_ack_report& r, seq recover, bool new_arrived, bool sack) {
        if (step_ == step::off) return verdict::open;
        const bool advances = r.newly_acked > 0;
        const bool nothing_new = !advances && (sack ? new_arrived : r.duplicate);
        if (step_ == step::first_ack) {
            if (!advances) return nothing_new ? decide(verdict::lost) : verdict::open;
            if (r.ack >= recover || r.unsent < r.mss) return decide(verdict::lost);
            step_ = step::second_ack;
            return verdict::open;
        }
        if (nothing_new || (sack && new_arrived)) return decide(verdict::lost);
        // Step 3b: data that the timeout has not sent again, or who acknowledges it in pieces makes two ACKs of one.
        if (advances && r.newly_acked <= r.acked_again) return decide(verdict::lost);
        return advances || r.newly_sacked > 0 ? decide(verdict::delayed) : verdict::open;
    }

    /// Step 2b: two segments that are new, and nothing besides.
    constexpr std::uint32_t quota(std::uint32_t mss) const {
        return step_ == step::second_ack ? floored_difference(2 * mss, new_) : 0;
    }

    constexpr verdict decide(verdict v) {
        step_ = step::off;
        return v;
    }
};

}  // namespace sluice
