// SPDX-License-Identifier: MIT
//
// Reno: slow start and congestion avoidance (RFC 5681 section 3.1) by octets acknowledged (RFC 3465), initial window of
// RFC 6928, a window that is not used kept for a while (RFC 7661). How a reduced window is reached is the recovery
// policy's business.
#pragma once

#include <algorithm>
#include <string_view>

#include <sluice/policy/congestion/initial_window.hpp>
#include <sluice/policy/congestion/window_validation.hpp>
#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

/// A reduction was for nothing (RFC 4015 section 3.2 step 5): back to the window that was, yet by slow start from what
/// is in flight now, so that nothing leaves in a burst.
constexpr std::uint32_t window_after_undo(const undo_report& r, std::uint32_t now, std::uint32_t before,
                                          std::uint32_t burst) {
    return std::max(now, std::min(before, r.flight + std::min(r.newly_acked, burst)));
}

struct reno {
    using slot = congestion_slot;
    static constexpr std::string_view name = "reno";

    std::uint32_t initial_window = 10;  // segments (RFC 6928)
    std::uint8_t slow_start_limit = 0;  // L of RFC 3465 in segments an ACK; 0: none
    std::uint8_t beta_ecn = 80;         // per cent of the window that marks leave (RFC 8511)
    bool paced = false;                 // always, and not behind a pause only
    window_validation validation{};

    std::uint32_t cwnd_ = 0;
    std::uint32_t ssthresh_ = largest_window;
    std::uint32_t mss_ = 0;
    std::uint32_t counted_ = 0;  // octets acknowledged towards the next segment of congestion avoidance
    std::uint32_t cwnd_before_ = 0;  // the last reduction
    std::uint32_t ssthresh_before_ = 0;

    constexpr std::uint32_t window() const { return cwnd_; }
    constexpr std::uint32_t ssthresh() const { return ssthresh_; }

    constexpr void on_start(const start_report& r) {
        mss_ = r.mss;
        cwnd_ = first_window(r, initial_window);
    }

    constexpr std::uint64_t pacing_rate() const { return validation.pacing_rate(cwnd_, ssthresh_, paced); }
    constexpr std::uint32_t pacing_burst() const { return initial_window_octets(initial_window, mss_); }

    constexpr void on_ack(const ack_report& r) {
        validation.on_ack(r, cwnd_);
        validation.shrink_unused(r.now, cwnd_, ssthresh_, pacing_burst());
        if (r.in_recovery || !r.cwnd_limited) return;
        std::uint32_t acked = r.newly_acked;
        if (cwnd_ < ssthresh_) {
            // After a timeout one ACK may cover much that arrived long ago: L is one segment (RFC 3465 section 2.3).
            const std::uint32_t limit = r.after_timeout ? mss_ : slow_start_limit * mss_;
            const std::uint32_t room = ssthresh_ - cwnd_;
            const std::uint32_t growth = std::min(limit != 0 ? std::min(acked, limit) : acked, room);
            cwnd_ += growth;
            if (growth < room) return;
            acked -= growth;
        }
        counted_ += acked;
        if (counted_ >= cwnd_) {
            counted_ -= cwnd_;
            cwnd_ = std::min(cwnd_ + mss_, largest_window);
        }
    }

    constexpr void on_congestion(const congestion_report& r) {
        reduce(validation.used(r.flight));
        cwnd_ = ssthresh_;
        counted_ = 0;
    }

    /// RFC 8511: a queue that marks is short, and needs less room than one that has run over.
    constexpr void on_ecn(const ecn_report& r) {
        const std::uint32_t left = percent(validation.used(r.flight), beta_ecn);
        ssthresh_ = std::max(left, 2 * mss_);
        cwnd_ = std::max(left, mss_);  // RFC 3168 section 6.1.2 goes down to one segment
        counted_ = 0;
    }

    constexpr void on_rto(const rto_report& r) {
        if (r.first) reduce(r.flight);
        cwnd_ = mss_;  // the loss window, RFC 5681 section 3.1
        counted_ = 0;
    }

    constexpr void on_undo(const undo_report& r) {
        ssthresh_ = std::max(ssthresh_before_, cwnd_before_);
        cwnd_ = window_after_undo(r, cwnd_, cwnd_before_, initial_window_octets(initial_window, mss_));
    }

    constexpr void on_idle(const idle_report& r) {
        validation.on_idle(r);
        validation.shrink_unused(r.now, cwnd_, ssthresh_, pacing_burst());
        if (!validation.enabled) cwnd_ = std::min(cwnd_, initial_window_octets(initial_window, mss_));
    }

    constexpr void on_mss(std::uint32_t mss) { mss_ = mss; }

    constexpr congestion_snapshot snapshot() const { return {.window = cwnd_, .ssthresh = ssthresh_, .mss = mss_}; }
    constexpr void restore(const congestion_snapshot& s) {
        cwnd_ = cwnd_before_ = s.window;
        ssthresh_ = ssthresh_before_ = s.ssthresh;
        mss_ = s.mss;
        validation.restart(s.srtt);
        counted_ = 0;
    }

private:
    static constexpr std::uint32_t percent(std::uint32_t of, std::uint32_t share) {
        return static_cast<std::uint32_t>(std::uint64_t{of} * share / 100);
    }
    constexpr void reduce(std::uint32_t flight) {
        cwnd_before_ = cwnd_;
        ssthresh_before_ = ssthresh_;
        ssthresh_ = std::max(flight / 2, 2 * mss_);
    }
};

}  // namespace sluice
