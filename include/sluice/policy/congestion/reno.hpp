// SPDX-License-Identifier: MIT
//
// Reno: slow start and congestion avoidance (RFC 5681 section 3.1) by octets acknowledged (RFC 3465), initial window of
// RFC 6928, restart after idle (RFC 5681 section 4.1). How a reduced window is reached is the recovery policy's
// business.
#pragma once

#include <algorithm>

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

/// RFC 6928 section 2 has 10 segments of 1460 octets; RFC 3390 has 4 segments, yet three times 1460 octets.
constexpr std::uint32_t initial_window_octets(std::uint32_t segments, std::uint32_t mss, std::uint32_t most) {
    return std::min(segments * mss, std::max(2 * mss, most));
}
constexpr std::uint32_t initial_window_octets(std::uint32_t segments, std::uint32_t mss) {
    return initial_window_octets(segments, mss, segments * 1460);
}

struct reno {
    using slot = congestion_slot;

    std::uint32_t initial_window = 10;  // segments (RFC 6928)
    std::uint32_t slow_start_limit = 0;  // L of RFC 3465 in segments an ACK; 0: none
    std::uint32_t beta_ecn = 80;         // per cent of the window that marks leave (RFC 8511)

    std::uint32_t cwnd_ = 0;
    std::uint32_t ssthresh_ = largest_window;
    std::uint32_t mss_ = 0;
    std::uint32_t counted_ = 0;  // octets acknowledged towards the next segment of congestion avoidance

    constexpr std::uint32_t window() const { return cwnd_; }
    constexpr std::uint32_t ssthresh() const { return ssthresh_; }

    constexpr void on_start(const start_report& r) {
        mss_ = r.mss;
        // RFC 6928 section 2: one lost SYN may be an accident, two are congestion.
        cwnd_ = r.syn_retries > 1 ? mss_ : initial_window_octets(initial_window, mss_);
    }

    constexpr void on_ack(const ack_report& r) {
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
        ssthresh_ = halved(r.flight);
        cwnd_ = ssthresh_;
        counted_ = 0;
    }

    /// RFC 8511: a queue that marks is short, and needs less room than one that has run over.
    constexpr void on_ecn(const ecn_report& r) {
        const std::uint32_t left = percent(r.flight, beta_ecn);
        ssthresh_ = std::max(left, 2 * mss_);
        cwnd_ = std::max(left, mss_);  // RFC 3168 section 6.1.2 goes down to one segment
        counted_ = 0;
    }

    constexpr void on_rto(const rto_report& r) {
        if (r.first) ssthresh_ = halved(r.flight);
        cwnd_ = mss_;  // the loss window, RFC 5681 section 3.1
        counted_ = 0;
    }

    constexpr void on_idle(const idle_report&) {
        cwnd_ = std::min(cwnd_, initial_window_octets(initial_window, mss_));
    }

    static constexpr std::uint32_t percent(std::uint32_t of, std::uint32_t share) {
        return static_cast<std::uint32_t>(std::uint64_t{of} * share / 100);
    }
    constexpr std::uint32_t halved(std::uint32_t flight) const { return std::max(flight / 2, 2 * mss_); }
};

}  // namespace sluice
