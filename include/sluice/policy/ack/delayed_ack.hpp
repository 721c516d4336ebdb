// SPDX-License-Identifier: MIT
//
// When to acknowledge (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2): at every second full-sized segment, within 40
// ms, and at once whatever is not plainly in order. The first segments are acknowledged at once, so that the peer's
// slow start is not held up.
#pragma once

#include <algorithm>

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

struct delayed_ack {
    using slot = ack_slot;

    duration delay = 40ms;         // MUST-40: under 0.5 s
    std::uint8_t every = 2;        // full-sized segments (SHLD-19)
    std::uint8_t quick_start = 16;  // segments acknowledged at once at first

    std::uint8_t quick_ = 0;            // acknowledged at once so far
    std::uint32_t unacknowledged_ = 0;  // octets

    /// The time by which this must be acknowledged.
    constexpr instant acknowledge_by(const arrival_report& r) {
        unacknowledged_ += r.octets;
        if (!r.in_order || r.fin) return r.now;
        if (quick_ < quick_start) {
            ++quick_;
            return r.now;
        }
        return unacknowledged_ >= every * std::max(r.largest, 1u) ? r.now : r.now + delay;
    }

    constexpr void on_ack_sent() { unacknowledged_ = 0; }

    /// As many at once as at first; or none any more.
    constexpr void on_quick_ack(bool wanted) { quick_ = wanted ? 0 : quick_start; }
};

}  // namespace sluice
