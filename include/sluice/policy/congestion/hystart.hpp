// SPDX-License-Identifier: MIT
//
// HyStart++ (RFC 9406): ends the first slow start when round trips grow longer, before the queue overflows. A part that
// a congestion policy holds as a member: it is told of each ACK of slow start and says how much the window may grow by.
#pragma once

#include <algorithm>

#include <sluice/policy/reports.hpp>

namespace sluice {

struct hystart {
    // Section 4.3 recommends these, whatever the path is.
    static constexpr duration least_threshold = 4ms;     // MIN_RTT_THRESH
    static constexpr duration largest_threshold = 16ms;  // MAX_RTT_THRESH
    static constexpr std::uint32_t divisor = 8;          // MIN_RTT_DIVISOR
    static constexpr std::uint8_t samples = 8;           // N_RTT_SAMPLE
    static constexpr std::uint32_t growth_divisor = 4;   // CSS_GROWTH_DIVISOR
    static constexpr std::uint8_t rounds = 5;            // CSS_ROUNDS

    static constexpr duration unknown = duration::max();

    bool enabled = true;
    std::uint8_t limit = 8;  // L: segments that one ACK counts for; 0: any number, for who paces

    bool in_css_ = false;
    bool over_ = false;            // only the first slow start is watched (section 4.3)
    std::uint8_t samples_ = 0;     // of this round, as many as are asked for
    std::uint8_t css_rounds_ = 0;  // rounds begun in conservative slow start, the first, partial one included
    duration last_min_ = unknown;     // of the round before
    duration current_min_ = unknown;  // of this one
    duration baseline_ = unknown;     // cssBaselineMinRtt: what made conservative slow start begin

    /// Whether slow start is over. Asked at each ACK in slow start, before `growth`.
    constexpr bool is_over(const ack_report& r) {
        if (!enabled || over_) return false;
        if (r.round_start) begin_round();
        if (over_) return true;
        if (!r.rtt) return false;
        current_min_ = std::min(current_min_, *r.rtt);
        if (samples_ < samples && ++samples_ < samples) return false;
        if (in_css_) {
            if (current_min_ < baseline_) in_css_ = false, baseline_ = unknown;  // it was no queue: back to slow start
        } else if (last_min_ != unknown && current_min_ >= last_min_ + threshold()) {
            in_css_ = true;
            baseline_ = current_min_;
            css_rounds_ = 1;
        }
        return false;
    }

    /// What `acked` octets let the window grow by (section 4.2).
    constexpr std::uint32_t growth(std::uint32_t acked, std::uint32_t mss) const {
        if (!enabled || over_) return acked;
        const std::uint32_t counted = limit == 0 ? acked : std::min(acked, limit * mss);
        return in_css_ ? counted / growth_divisor : counted;
    }

    /// Loss or ECN: slow start ends for good.
    constexpr void on_congestion() { over_ = true; }

private:
    constexpr duration threshold() const {
        return std::clamp(last_min_ / divisor, least_threshold, largest_threshold);
    }
    constexpr void begin_round() {
        if (in_css_ && css_rounds_++ >= rounds) {
            over_ = true;
            return;
        }
        last_min_ = current_min_;
        current_min_ = unknown;
        samples_ = 0;
    }
};

}  // namespace sluice
