// SPDX-License-Identifier: MIT
//
// The recovery that RFC 9293 alone describes: nothing is lost until the timer says so, and then everything is.
#pragma once

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/tcb/in_flight.hpp>

namespace sluice {

struct go_back_n {
    using slot = recovery_slot;

    seq recover_{};  // SND.NXT at the last timeout
    bool after_timeout_ = false;

    constexpr bool after_timeout() const { return after_timeout_; }

    constexpr recovery_step on_ack(const recovery_ack_report& r, auto&) {
        if (after_timeout_ && r.ack >= recover_) *this = {};
        return {};
    }
    constexpr void on_timeout(const recovery_timeout_report& r, auto& flight) {
        recover_ = r.nxt;
        after_timeout_ = true;
        flight.mark_all_lost();
    }
};

}  // namespace sluice
