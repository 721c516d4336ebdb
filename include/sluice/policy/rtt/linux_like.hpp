// SPDX-License-Identifier: MIT
//
// RFC 6298 with the floor under the variance instead of the sum, as Linux has it: RTO = SRTT + max(4 RTTVAR, floor).
#pragma once

#include <sluice/policy/rtt/rfc6298.hpp>

namespace sluice {

struct linux_like {
    using slot = rtt_slot;

    duration initial = 1s;
    duration after_lost_syn = 3s;  // RFC 6298 section 5.7
    duration floor = 200ms;
    duration cap = 120s;

    smoothed_rtt smoothed_{};
    duration rto_{};

    constexpr duration rto() const { return rto_ == duration::zero() ? initial : rto_; }
    constexpr std::optional<duration> srtt() const {
        return smoothed_.sampled() ? std::optional(smoothed_.srtt) : std::nullopt;
    }
    constexpr std::optional<duration> rttvar() const {
        return smoothed_.sampled() ? std::optional(smoothed_.rttvar) : std::nullopt;
    }
    constexpr void on_sample(duration r, std::uint32_t expected_samples = 1) {
        smoothed_.add(r, expected_samples);
        rto_ = std::min(smoothed_.srtt + std::max(4 * smoothed_.rttvar, floor), cap);
    }
    constexpr void on_timeout() { rto_ = std::min(2 * rto(), cap); }
    constexpr void on_established(bool syn_timed_out) {
        if (syn_timed_out && !smoothed_.sampled()) rto_ = std::max(initial, after_lost_syn);
    }
};

}  // namespace sluice
