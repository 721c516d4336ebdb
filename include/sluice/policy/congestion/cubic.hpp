// SPDX-License-Identifier: MIT
//
// CUBIC (RFC 9438) in integers: in congestion avoidance the window follows W(t) = C·(t − K)³ + W_max, never below what
// Reno would have. Slow start is HyStart++'s. A window is octets; a time inside the cube is ticks of 2⁻¹² s, so that
// nothing overflows 64 bits and K is right to a quarter of a millisecond.
#pragma once

#include <algorithm>

#include <sluice/policy/congestion/hystart.hpp>
#include <sluice/policy/congestion/reno.hpp>

namespace sluice {

/// The largest integer whose cube is not above `n`.
constexpr std::uint32_t cube_root(std::uint64_t n) {
    std::uint64_t root = 0;
    for (int bit = 21; bit >= 0; --bit) {  // 2^22 cubed is more than 64 bits hold
        const std::uint64_t next = root | (std::uint64_t{1} << bit);
        if (next * next <= n / next) root = next;
    }
    return static_cast<std::uint32_t>(root);
}

struct cubic {
    using slot = congestion_slot;

    std::uint32_t initial_window = 10;  // segments (RFC 6928)
    bool fast_convergence = true;       // section 4.7
    std::uint32_t beta_ecn = 85;        // per cent of the window that marks leave (RFC 8511)
    hystart slow_start{};

    static constexpr std::uint32_t least_window = 2;  // segments, section 4.6

    std::uint32_t cwnd_ = 0;
    std::uint32_t ssthresh_ = largest_window;
    std::uint32_t mss_ = 0;
    std::uint32_t w_max_ = 0;
    std::uint32_t cwnd_prior_ = 0;  // before the last reduction
    std::uint64_t rest_ = 0;        // of growth, in octets · cwnd

    // One stage of congestion avoidance (section 4.2).
    bool in_stage_ = false;
    instant stage_began_{};  // later by as long as the window was not what held the sender back
    instant last_ack_{};
    std::uint32_t origin_ = 0;  // its W_max
    std::uint32_t k_ = 0;       // ticks
    std::uint32_t w_est_ = 0;
    std::uint64_t reno_rest_ = 0;

    constexpr std::uint32_t window() const { return cwnd_; }
    constexpr std::uint32_t ssthresh() const { return ssthresh_; }

    constexpr void on_start(const start_report& r) {
        mss_ = r.mss;
        cwnd_ = r.syn_retries > 1 ? mss_ : initial_window_octets(initial_window, mss_);
    }

    constexpr void on_ack(const ack_report& r) {
        if (r.in_recovery) return;
        if (!r.cwnd_limited) return pause(r.now);
        if (cwnd_ < ssthresh_) {
            const bool over = slow_start.is_over(r);
            if (!over) return grow_slowly(r);
            leave_slow_start();
        }
        avoid_congestion(r);
    }

    constexpr void on_congestion(const congestion_report& r) {
        slow_start.on_congestion();
        reduce(r.flight);
        cwnd_ = ssthresh_;
    }

    constexpr void on_ecn(const ecn_report& r) {
        slow_start.on_congestion();
        const std::uint32_t left = scaled(r.flight, beta_ecn, 100);
        reduce_to(left);
        cwnd_ = std::max(left, mss_);  // section 4.6: for marks, down to one segment
    }

    constexpr void on_rto(const rto_report& r) {
        slow_start.on_congestion();
        if (r.first) reduce(r.flight);
        cwnd_ = mss_;
        w_max_ = 0;  // section 4.8: the next stage begins with K = 0 where slow start has led
        in_stage_ = false;
    }

    constexpr void on_idle(const idle_report&) {
        cwnd_ = std::min(cwnd_, initial_window_octets(initial_window, mss_));
        in_stage_ = false;  // nor does time count in which nothing was sent
    }

    /// W(t), t in ticks since the stage began (section 4.2, figure 1).
    constexpr std::uint32_t w_cubic(std::uint64_t t) const {
        constexpr std::int64_t longest = std::int64_t{1} << 20;  // 256 s; its cube is far above any window
        const std::int64_t x = std::clamp(static_cast<std::int64_t>(std::min<std::uint64_t>(t, 1u << 30)) -
                                          static_cast<std::int64_t>(k_), -longest, longest);
        const std::int64_t cubed = x * x * x / (1 << 20);                              // 2⁻¹⁶ s³
        const std::int64_t offset = cubed * 2 * static_cast<std::int64_t>(mss_) / (5 * (1 << 16));  // C = 0.4
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(origin_ + offset, mss_, largest_window));
    }

private:
    static constexpr std::uint64_t ticks(duration d) {
        return static_cast<std::uint64_t>(d.count()) / 1'000'000'000 * 4096 +
               static_cast<std::uint64_t>(d.count()) % 1'000'000'000 * 4096 / 1'000'000'000;
    }

    constexpr void grow_slowly(const ack_report& r) {
        std::uint32_t acked = r.newly_acked;
        if (r.after_timeout) acked = std::min(acked, mss_);  // RFC 3465 section 2.3
        cwnd_ = std::min({cwnd_ + slow_start.growth(acked, mss_), ssthresh_, largest_window});
    }

    /// Round trips have become longer, and nothing is lost: section 4.10's K = 0.
    constexpr void leave_slow_start() {
        ssthresh_ = cwnd_prior_ = cwnd_;
        w_max_ = 0;
    }

    /// Time in which the window was not used does not count (section 4.2, the MUST on application-limited periods).
    constexpr void pause(instant now) {
        if (in_stage_) stage_began_ += now - last_ack_;
        last_ack_ = now;
    }

    constexpr void begin_stage(instant now) {
        in_stage_ = true;
        stage_began_ = last_ack_ = now;
        rest_ = reno_rest_ = 0;
        w_est_ = cwnd_;
        origin_ = std::max(w_max_, cwnd_);
        // K = cbrt((W_max − cwnd) / C) seconds: in ticks, cbrt(5/2 · segments · 2³⁶).
        const std::uint64_t below =
            std::min<std::uint64_t>((origin_ - cwnd_) * std::uint64_t{1024} / mss_, 100'000'000ull << 10);
        k_ = cube_root((below * 5 / 2) << 26);
    }

    constexpr void avoid_congestion(const ack_report& r) {
        if (!in_stage_) begin_stage(r.now);
        last_ack_ = r.now;
        const std::uint64_t t = ticks(r.now - stage_began_);
        const bool friendly = w_cubic(t) < w_est_;
        follow_reno(r.newly_acked);
        if (friendly) {  // section 4.3, the Reno-friendly region
            cwnd_ = std::max(cwnd_, w_est_);
            return;
        }
        // Sections 4.4 and 4.5: on the way to what the curve says a round trip later.
        const std::uint32_t most =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(cwnd_ + std::uint64_t{cwnd_} / 2, largest_window));
        const std::uint32_t target = std::clamp(w_cubic(t + ticks(r.srtt.value_or(duration::zero()))), cwnd_, most);
        rest_ += std::uint64_t{target - cwnd_} * r.newly_acked;
        const auto growth = static_cast<std::uint32_t>(rest_ / cwnd_);
        rest_ %= cwnd_;
        cwnd_ = std::min(cwnd_ + growth, largest_window);
    }

    /// W_est: α·segments a round trip, α = 3(1 − β)/(1 + β) = 9/17 until the window before the reduction is reached,
    /// then 1.
    constexpr void follow_reno(std::uint32_t acked) {
        const bool caught_up = w_est_ >= cwnd_prior_;
        reno_rest_ += std::uint64_t{acked} * mss_ * (caught_up ? 17u : 9u);
        const std::uint64_t unit = std::uint64_t{cwnd_} * 17;
        w_est_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(w_est_ + reno_rest_ / unit, largest_window));
        reno_rest_ %= unit;
    }

    /// Section 4.6, and 4.7: who was below W_max already gives way to a newcomer.
    constexpr void reduce(std::uint32_t flight) { reduce_to(scaled(flight, 7, 10)); }
    constexpr void reduce_to(std::uint32_t left) {
        w_max_ = fast_convergence && cwnd_ < w_max_ ? scaled(cwnd_, 17, 20) : cwnd_;
        cwnd_prior_ = cwnd_;
        ssthresh_ = std::max(left, least_window * mss_);
        in_stage_ = false;
    }

    static constexpr std::uint32_t scaled(std::uint32_t window, std::uint32_t by, std::uint32_t of) {
        return static_cast<std::uint32_t>(std::uint64_t{window} * by / of);
    }
};

}  // namespace sluice
