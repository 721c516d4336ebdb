// SPDX-License-Identifier: MIT
//
// A retransmission timeout that measures nothing. It still backs off (RFC 6298 section 5.5, a MUST) until an ACK brings
// a sample, whose value it does not look at.
#pragma once

#include <algorithm>

#include <sluice/base/time.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

struct fixed_rto {
    using slot = rtt_slot;

    duration value = 1s;
    duration cap = 120s;

    duration backed_off_{};

    static constexpr duration least = 1ms;  // a timeout of nothing would expire again in the same instant, for ever

    constexpr duration rto() const { return std::max({value, backed_off_, least}); }
    constexpr void on_sample(duration, std::uint32_t = 1) { backed_off_ = duration::zero(); }
    constexpr void on_timeout() { backed_off_ = std::min(2 * rto(), cap); }
};

}  // namespace sluice
