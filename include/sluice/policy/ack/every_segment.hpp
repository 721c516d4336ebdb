// SPDX-License-Identifier: MIT
//
// Acknowledges whatever comes, at once.
#pragma once

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

struct every_segment {
    using slot = ack_slot;
    constexpr instant acknowledge_by(const arrival_report& r) { return r.now; }
};

}  // namespace sluice
