// SPDX-License-Identifier: MIT
//
// Congestion window validation (RFC 7661): a window that the application does not fill is kept for some minutes, and
// not given up at the first pause; but it does not grow, and a loss reduces what was used of it. What leaves after a
// pause beyond the initial window is paced over a round trip. A part of congestion policies. Left out: the last step of
// section 4.4.1, which takes off at the end of an episode what it sent again: that would be a second reduction for one
// episode (RFC 5681 section 4.3), and PRR (RFC 9937) has brought the network to the first by then.
#pragma once

#include <algorithm>
#include <chrono>

#include <sluice/policy/reports.hpp>
#include <sluice/tcb/pacer.hpp>

namespace sluice {

struct window_validation {
    static constexpr duration preserved_for = 5min;  // NVP
    static constexpr duration shortest_period = 1s;  // in which pipeACK is the most that one round trip brought

    bool enabled = true;           // else a pause leaves the initial window (RFC 5681 section 4.1)

    bool resumes_ = false;            // a pause is over, and its first round trip is not
    std::uint32_t round_ = 0;         // acknowledged since it began
    std::uint32_t most_ = 0;          // of a round, in this period and in the last
    std::uint32_t most_before_ = 0;
    duration srtt_{};
    instant period_began_{};
    instant unused_since_ = never;    // not validated

    constexpr void on_ack(const ack_report& r, std::uint32_t cwnd) {
        srtt_ = r.srtt.value_or(srtt_);
        if (r.round_start) {
            end_round(r.now);
            resumes_ = false;
        }
        round_ += r.newly_acked;
        if (r.cwnd_limited || pipe_ack() >= cwnd / 2)
            unused_since_ = never;
        else if (unused_since_ == never)
            unused_since_ = r.now;
    }

    /// Another policy has had the window meanwhile: what was known of it is old.
    constexpr void restart(std::optional<duration> srtt) {
        *this = {.enabled = enabled};
        srtt_ = srtt.value_or(duration::zero());
    }

    constexpr void on_idle(const idle_report& r) {
        end_round(r.now - r.idle);
        turn_period(r.now);
        if (unused_since_ == never) unused_since_ = r.now - r.idle;
        resumes_ = enabled;
    }

    /// Halves the window for each time that it was kept for and not used, down to the initial one (section 4.4.3).
    constexpr void shrink_unused(instant now, std::uint32_t& cwnd, std::uint32_t& ssthresh, std::uint32_t initial) {
        if (!enabled || unused_since_ == never) return;
        for (; cwnd > initial && now - unused_since_ >= preserved_for; unused_since_ += preserved_for) {
            ssthresh = std::max(ssthresh, cwnd - cwnd / 4);
            cwnd = std::max(cwnd / 2, initial);
        }
    }

    /// What a loss reduces (section 4.4.1).
    constexpr std::uint32_t used(std::uint32_t flight) const {
        return enabled && unused_since_ != never ? std::max(flight, pipe_ack()) : flight;
    }

    /// Octets a second, 0: none. Behind a pause the window lasts a round trip. Who is always paced sends it twice in
    /// one while it is to double, and a fifth more later, so that it is the window that limits (practice: Linux).
    constexpr std::uint64_t pacing_rate(std::uint32_t cwnd, std::uint32_t ssthresh, bool always) const {
        if (!always && !resumes_) return 0;
        return octets_per_second(cwnd, srtt_, !always ? 100 : cwnd < ssthresh ? 200 : 120);
    }

    constexpr std::uint32_t pipe_ack() const { return std::max({most_, most_before_, round_}); }

private:
    constexpr void end_round(instant now) {
        turn_period(now);
        most_ = std::max(most_, round_);
        round_ = 0;
    }
    constexpr void turn_period(instant now) {
        const duration period = std::max(shortest_period, 3 * srtt_);
        if (now - period_began_ < period) return;
        most_before_ = now - period_began_ < 2 * period ? most_ : 0;
        most_ = 0;
        period_began_ = now;
    }
};

}  // namespace sluice
