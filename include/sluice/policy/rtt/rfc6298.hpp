// SPDX-License-Identifier: MIT
//
// The retransmission timeout of RFC 6298, in nanoseconds.
#pragma once

#include <algorithm>
#include <optional>

#include <sluice/base/time.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

/// SRTT and RTTVAR (RFC 6298 section 2), a part that estimators share.
struct smoothed_rtt {
    static constexpr duration unknown = duration::max();

    duration srtt = unknown;
    duration rttvar{};

    constexpr bool sampled() const { return srtt != unknown; }

    /// Many samples a round trip would forget the past as many times too fast: each weighs the less (RFC 7323 appendix
    /// G).
    constexpr void add(duration r, std::uint32_t expected_samples) {
        if (!sampled()) {
            srtt = r;
            rttvar = r / 2;
            return;
        }
        const auto n = static_cast<std::int64_t>(expected_samples);
        rttvar += (std::chrono::abs(srtt - r) - rttvar) / (4 * n);  // with the old SRTT: the order is a MUST
        srtt += (r - srtt) / (8 * n);
    }
};

struct rfc6298 {
    using slot = rtt_slot;
    static constexpr bool follows_rfc6298 = true;
    static constexpr duration granularity = 1ms;  // G: more than our clock has, so that a steady path has some slack

    duration initial = 1s;
    duration after_lost_syn = 3s;  // 5.7
    duration floor = 200ms;        // 2.4 says 1 s and every system waives it; set it to 1 s for the RFC's
    duration cap = 120s;           // 2.5: at least 60 s

    smoothed_rtt smoothed_{};
    smoothed_rtt before_{};  // the timer expired
    duration rto_{};  // zero before the first timeout or sample

    constexpr duration rto() const { return rto_ == duration::zero() ? initial : rto_; }
    constexpr std::optional<duration> srtt() const {
        return smoothed_.sampled() ? std::optional(smoothed_.srtt) : std::nullopt;
    }

    constexpr std::optional<duration> rttvar() const {
        return smoothed_.sampled() ? std::optional(smoothed_.rttvar) : std::nullopt;
    }
    constexpr void on_sample(duration r, std::uint32_t expected_samples = 1) {
        smoothed_.add(r, expected_samples);
        restart();
    }

    /// 5.5; taken back by the next sample only (Karn).
    constexpr void on_timeout() {
        before_ = smoothed_;
        rto_ = std::min(2 * rto(), cap);
    }

    /// The timer was too early (RFC 4015 section 3.2 step 7): it is to learn from the round trip that was longer.
    constexpr void on_undo(std::optional<duration> r) {
        if (!before_.sampled()) return;
        smoothed_.srtt = std::max(before_.srtt + 2 * granularity, r.value_or(duration::zero()));
        smoothed_.rttvar = std::max(before_.rttvar, r.value_or(duration::zero()) / 2);
        restart();
    }

    constexpr void on_established(bool syn_timed_out) {
        if (syn_timed_out && !smoothed_.sampled()) rto_ = std::max(initial, after_lost_syn);
    }

private:
    constexpr void restart() {
        rto_ = std::max(floor, std::min(cap, smoothed_.srtt + std::max(granularity, 4 * smoothed_.rttvar)));
    }
};

}  // namespace sluice
