// SPDX-License-Identifier: MIT
//
// A congestion policy by hand, without a connection: told what a connection on some path would tell it, a round trip at
// a time. The path has a shortest round trip and room for so many octets; what is in flight beyond that waits in a
// queue and makes round trips longer.
#pragma once

#include <algorithm>

#include <sluice/policy/concepts.hpp>

namespace sluice::testing {

/// The circumstances of a round trip.
struct circumstances {
    bool cwnd_limited = true;
    bool app_limited = false;
    bool in_recovery = false;
    bool after_timeout = false;
    std::uint32_t newly_lost = 0;    // by each ACK
    std::uint32_t most_acks = 2000;  // in a round trip
};

template <class P>
class path_by_hand {
public:
    path_by_hand(const P& policy, std::uint32_t mss, duration round_trip, std::uint32_t room = largest_window)
        : policy_(policy), mss_(mss), shortest_(round_trip), room_(room) {
        const start_report report{.now = now_, .mss = mss_, .random = 0x5eed};
        if constexpr (requires { policy_.on_start(report); }) policy_.on_start(report);
    }

    std::uint32_t window() const { return std::min(policy_.window(), largest_window); }
    std::uint32_t segments() const { return window() / mss_; }
    std::uint32_t mss() const { return mss_; }
    const P& policy() const { return policy_; }
    P& policy() { return policy_; }
    /// What the ACKs so far have let it grow by at most, beyond what they acknowledged, and whether it ever shrank.
    std::uint32_t fastest_growth() const { return fastest_growth_; }
    bool has_shrunk() const { return has_shrunk_; }
    /// One ACK has made the window four times as large, which no rule of growth does.
    bool has_jumped() const { return has_jumped_; }

    duration round_trip_time() const {
        const std::uint32_t queued = window() > room_ ? window() - room_ : 0;
        return shortest_ + shortest_ / 1024 * static_cast<std::int64_t>(std::uint64_t{queued} * 1024 / room_);
    }

    /// All of the window is acknowledged; if the application has little to send, a segment.
    void round_trip(const circumstances& c = {}) {
        const std::uint32_t all = c.app_limited ? mss_ : std::max(window(), 1u);
        const std::uint32_t acks = std::clamp(all / mss_, 1u, c.most_acks), each = std::max(all / acks, 1u);
        const duration rtt = round_trip_time();
        for (std::uint32_t i = 0; i < acks; ++i) {
            now_ += rtt / acks;
            acknowledge(each, all, rtt, i == 0, c);
        }
    }
    void round_trips(int count, const circumstances& c = {}) {
        for (; count > 0; --count) round_trip(c);
    }

    void lose() {
        const congestion_report report{.now = now_, .flight = window(), .pipe = window()};
        if constexpr (requires { policy_.on_congestion(report); }) policy_.on_congestion(report);
    }
    void time_out(bool first = true) {
        const rto_report report{.now = now_, .flight = window(), .first = first};
        if constexpr (requires { policy_.on_rto(report); }) policy_.on_rto(report);
        now_ += 1s;
    }
    void rest(duration pause) {
        now_ += pause;
        const idle_report report{.now = now_, .idle = pause};
        if constexpr (requires { policy_.on_idle(report); }) policy_.on_idle(report);
    }

private:
    void acknowledge(std::uint32_t octets, std::uint32_t flight, duration rtt, bool round_start,
                     const circumstances& c) {
        const std::uint32_t before = window();
        const ack_report report{.now = now_,
                                .newly_acked = octets,
                                .delivered = octets,
                                .newly_lost = c.newly_lost,
                                .pipe_before = flight,
                                .pipe = flight - octets,
                                .rtt = rtt,
                                .min_rtt = shortest_,
                                .srtt = rtt,
                                .app_limited = c.app_limited,
                                .cwnd_limited = c.cwnd_limited,
                                .round_start = round_start,
                                .in_recovery = c.in_recovery,
                                .after_timeout = c.after_timeout};
        if constexpr (requires { policy_.on_ack(report); }) policy_.on_ack(report);
        if (window() / 4 > before + 4 * mss_) has_jumped_ = true;
        if (window() < before) has_shrunk_ = true;
        else if (window() - before > octets) fastest_growth_ = std::max(fastest_growth_, window() - before - octets);
    }

    P policy_;
    std::uint32_t mss_;
    duration shortest_;
    std::uint32_t room_;
    instant now_ = instant(1s);
    std::uint32_t fastest_growth_ = 0;
    bool has_shrunk_ = false;
    bool has_jumped_ = false;
};

}  // namespace sluice::testing
