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

    constexpr recovery_step on_ack(const recovery_ack_report&, auto&) { return {}; }
    constexpr void on_timeout(const recovery_timeout_report&, auto& flight) { flight.mark_all_lost(); }
};

}  // namespace sluice
