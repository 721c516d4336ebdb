// SPDX-License-Identifier: MIT
//
// What is lost is found by RFC 6675, and the window is come to by proportional rate reduction (RFC 9937): no half of a
// round trip of silence, no burst behind many losses. A peer without SACK gets NewReno.
#pragma once

#include <sluice/policy/recovery/prr.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

namespace sluice {

struct prr_recovery {
    using slot = recovery_slot;
    static constexpr bool uses_sack = true;

    sack_recovery rules{};
    prr reduction{};

    bool marked_ = false;  // marks have reduced the window, and more than it is out

    constexpr bool in_recovery() const { return rules.in_recovery(); }
    constexpr bool after_timeout() const { return rules.after_timeout(); }

    constexpr void on_start(const recovery_start_report& r) { rules.on_start(r); }

    constexpr recovery_step on_ack(const recovery_ack_report& r, auto& flight) {
        const std::uint32_t lost_before = flight.lost_octets();
        recovery_step step = rules.on_ack(r, flight);
        if (step.entered) {
            marked_ = false;
            reduction.begin(r.nxt - r.ack - flight.sacked_octets() + r.delivered);
        }
        if (reduces()) reduction.on_ack(r.delivered, r.newly_acked > 0 && flight.lost_octets() == lost_before, r.mss);
        marked_ = marked_ && flight.pipe() > r.target;
        return step;
    }
    constexpr void on_timeout(const recovery_timeout_report& r, auto& flight) {
        marked_ = false;
        rules.on_timeout(r, flight);
    }

    /// Nothing is lost, but the window is less than what is out: PRR's way down, not silence (practice: Linux).
    constexpr void on_marks(const recovery_marks_report& r) {
        if (!rules.sack_ || rules.in_recovery() || rules.after_timeout() || r.pipe <= r.target) return;
        marked_ = true;
        reduction.begin(r.pipe + r.delivered);
        reduction.on_ack(r.delivered, false, r.mss);
    }

    constexpr void on_sent(const recovery_sent_report& r, const auto&) {
        if (reduces()) reduction.on_sent(r.length);
    }

    constexpr std::uint32_t quota(const quota_report& r) const {
        return reduces() ? reduction.quota(r.target, r.pipe, r.mss) : rules.quota(r);
    }
    constexpr bool find_more(const quota_report& r, auto& flight) { return rules.find_more(r, flight); }

private:
    constexpr bool reduces() const { return marked_ || (rules.sack_ && rules.in_recovery()); }
};

}  // namespace sluice
