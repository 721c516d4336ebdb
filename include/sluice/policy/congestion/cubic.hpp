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
    static constexpr std::string_view name = "cubic";

    std::uint32_t initial_window = 10;  // segments (RFC 6928)
    bool fast_convergence = true;       // section 4.7
    std::uint8_t beta_ecn = 85;         // per cent of the window that marks leave (RFC 8511)
    bool paced = false;                 // always, and not behind a pause only
    window_validation validation{};     // RFC 7661
    hystart slow_start{};

    static constexpr std::uint32_t least_window = 2;  // segments, section 4.6

    std::uint32_t mss_ = 0;
    std::uint32_t rest_ = 0;  // of growth, in octets · cwnd: less than a window
    std::uint64_t reno_rest_ = 0;
    instant last_ack_{};

    /// What a reduction changes, and a needless one gives back (section 4.9.2).
    struct course {
        std::uint32_t cwnd = 0;
        std::uint32_t ssthresh = largest_window;
        std::uint32_t w_max = 0;
        std::uint32_t cwnd_prior = 0;  // before the last reduction
        // One stage of congestion avoidance (section 4.2).
        std::uint32_t origin = 0;  // its W_max
        std::uint32_t k = 0;       // ticks
        std::uint32_t w_est = 0;
        bool in_stage = false;
        instant stage_began{};  // later by as long as the window was not what held the sender back
    };
    course at_{};
    course before_{};  // the last reduction

    constexpr std::uint32_t window() const { return at_.cwnd; }
    constexpr std::uint32_t ssthresh() const { return at_.ssthresh; }

    constexpr void on_start(const start_report& r) {
        mss_ = r.mss;
        at_.cwnd = first_window(r, initial_window);
    }

    constexpr std::uint64_t pacing_rate() const { return validation.pacing_rate(at_.cwnd, at_.ssthresh, paced); }
    constexpr std::uint32_t pacing_burst() const { return initial_window_octets(initial_window, mss_); }

    constexpr void on_ack(const ack_report& r) {
        validation.on_ack(r, at_.cwnd);
        validation.shrink_unused(r.now, at_.cwnd, at_.ssthresh, pacing_burst());
        if (r.in_recovery) return;
        if (!r.cwnd_limited) return pause(r.now);
        if (at_.cwnd < at_.ssthresh) {
            const bool over = slow_start.is_over(r);
            if (!over) return grow_slowly(r);
            leave_slow_start();
        }
        avoid_congestion(r);
    }

    constexpr void on_congestion(const congestion_report& r) {
        slow_start.on_congestion();
        reduce(validation.used(r.flight));
        at_.cwnd = at_.ssthresh;
    }

    constexpr void on_ecn(const ecn_report& r) {
        slow_start.on_congestion();
        const std::uint32_t left = scaled(validation.used(r.flight), beta_ecn, 100);
        reduce_to(left);
        at_.cwnd = std::max(left, mss_);  // section 4.6: for marks, down to one segment
    }

    constexpr void on_rto(const rto_report& r) {
        slow_start.on_congestion();
        if (r.first) reduce(r.flight);
        at_.cwnd = mss_;
        at_.w_max = 0;  // section 4.8: the next stage begins with K = 0 where slow start has led
        at_.in_stage = false;
    }

    constexpr void on_undo(const undo_report& r) {
        const std::uint32_t cwnd = at_.cwnd;
        if (cwnd >= before_.cwnd) return;  // section 4.9.2: it has grown beyond that since
        at_ = before_;
        at_.ssthresh = std::max(before_.ssthresh, before_.cwnd);
        at_.cwnd = window_after_undo(r, cwnd, before_.cwnd, initial_window_octets(initial_window, mss_));
    }

    constexpr void on_idle(const idle_report& r) {
        validation.on_idle(r);
        validation.shrink_unused(r.now, at_.cwnd, at_.ssthresh, pacing_burst());
        if (!validation.enabled) at_.cwnd = std::min(at_.cwnd, initial_window_octets(initial_window, mss_));
        at_.in_stage = false;  // nor does time count in which nothing was sent
    }

    constexpr void on_mss(std::uint32_t mss) { mss_ = mss; }

    constexpr congestion_snapshot snapshot() const {
        return {.window = at_.cwnd, .ssthresh = at_.ssthresh, .mss = mss_};
    }
    /// The first stage begins with K = 0, as behind a slow start without a loss (section 4.10).
    constexpr void restore(const congestion_snapshot& s) {
        at_ = {.cwnd = s.window, .ssthresh = s.ssthresh, .cwnd_prior = s.window};
        before_ = at_;
        mss_ = s.mss;
        validation.restart(s.srtt);
        if (s.ssthresh != largest_window) slow_start.on_congestion();  // the first slow start is over
    }

    /// W(t), t in ticks since the stage began (section 4.2, figure 1).
    constexpr std::uint32_t w_cubic(std::uint64_t t) const {
        constexpr std::int64_t longest = std::int64_t{1} << 20;  // 256 s; its cube is far above any window
        const std::int64_t x = std::clamp(static_cast<std::int64_t>(std::min<std::uint64_t>(t, 1u << 30)) -
                                          static_cast<std::int64_t>(at_.k), -longest, longest);
        const std::int64_t cubed = x * x * x / (1 << 20);                              // 2⁻¹⁶ s³
        const std::int64_t offset = cubed * 2 * static_cast<std::int64_t>(mss_) / (5 * (1 << 16));  // C = 0.4
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at_.origin + offset, mss_, largest_window));
    }

private:
    static constexpr std::uint64_t ticks(duration d) {
        return static_cast<std::uint64_t>(d.count()) / 1'000'000'000 * 4096 +
               static_cast<std::uint64_t>(d.count()) % 1'000'000'000 * 4096 / 1'000'000'000;
    }

    constexpr void grow_slowly(const ack_report& r) {
        std::uint32_t acked = r.newly_acked;
        if (r.after_timeout) acked = std::min(acked, mss_);  // RFC 3465 section 2.3
        at_.cwnd = std::min({at_.cwnd + slow_start.growth(acked, mss_), at_.ssthresh, largest_window});
    }

    /// Round trips have become longer, and nothing is lost: section 4.10's K = 0.
    constexpr void leave_slow_start() {
        at_.ssthresh = at_.cwnd_prior = at_.cwnd;
        at_.w_max = 0;
    }

    /// Time in which the window was not used does not count (section 4.2, the MUST on application-limited periods).
    constexpr void pause(instant now) {
        if (at_.in_stage) at_.stage_began += now - last_ack_;
        last_ack_ = now;
    }

    constexpr void begin_stage(instant now) {
        at_.in_stage = true;
        at_.stage_began = last_ack_ = now;
        rest_ = 0;
        reno_rest_ = 0;
        at_.w_est = at_.cwnd;
        at_.origin = std::max(at_.w_max, at_.cwnd);
        // K = cbrt((W_max − cwnd) / C) seconds: in ticks, cbrt(5/2 · segments · 2³⁶).
        const std::uint64_t below =
            std::min<std::uint64_t>((at_.origin - at_.cwnd) * std::uint64_t{1024} / mss_, 100'000'000ull << 10);
        at_.k = cube_root((below * 5 / 2) << 26);
    }

    constexpr void avoid_congestion(const ack_report& r) {
        if (!at_.in_stage) begin_stage(r.now);
        last_ack_ = r.now;
        const std::uint64_t t = ticks(r.now - at_.stage_began);
        const bool friendly = w_cubic(t) < at_.w_est;
        follow_reno(r.newly_acked);
        if (friendly) {  // section 4.3, the Reno-friendly region
            at_.cwnd = std::max(at_.cwnd, at_.w_est);
            return;
        }
        // Sections 4.4 and 4.5: on the way to what the curve says a round trip later.
        const std::uint32_t most =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(at_.cwnd + std::uint64_t{at_.cwnd} / 2, largest_window));
        const std::uint32_t target = std::clamp(w_cubic(t + ticks(r.srtt.value_or(duration::zero()))), at_.cwnd, most);
        const std::uint64_t due = rest_ + std::uint64_t{target - at_.cwnd} * r.newly_acked;
        const auto growth = static_cast<std::uint32_t>(due / at_.cwnd);
        rest_ = static_cast<std::uint32_t>(due % at_.cwnd);
        at_.cwnd = std::min(at_.cwnd + growth, largest_window);
    }

    /// W_est: α·segments a round trip, α = 3(1 − β)/(1 + β) = 9/17 until the window before the reduction is reached,
    /// then 1.
    constexpr void follow_reno(std::uint32_t acked) {
        const bool caught_up = at_.w_est >= at_.cwnd_prior;
        reno_rest_ += std::uint64_t{acked} * mss_ * (caught_up ? 17u : 9u);
        const std::uint64_t unit = std::uint64_t{at_.cwnd} * 17;
        at_.w_est = static_cast<std::uint32_t>(std::min<std::uint64_t>(at_.w_est + reno_rest_ / unit, largest_window));
        reno_rest_ %= unit;
    }

    /// Section 4.6, and 4.7: who was below W_max already gives way to a newcomer.
    constexpr void reduce(std::uint32_t flight) { reduce_to(scaled(flight, 7, 10)); }
    constexpr void reduce_to(std::uint32_t left) {
        before_ = at_;
        at_.w_max = fast_convergence && at_.cwnd < at_.w_max ? scaled(at_.cwnd, 17, 20) : at_.cwnd;
        at_.cwnd_prior = at_.cwnd;
        at_.ssthresh = std::max(left, least_window * mss_);
        at_.in_stage = false;
    }

    static constexpr std::uint32_t scaled(std::uint32_t window, std::uint32_t by, std::uint32_t of) {
        return static_cast<std::uint32_t>(std::uint64_t{window} * by / of);
    }
};

}  // namespace sluice
