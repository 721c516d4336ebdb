// SPDX-License-Identifier: MIT
//
// A window without bound, for links that lose nothing but what their own queue can't hold.
#pragma once

#include <string_view>

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

struct no_congestion_control {
    using slot = congestion_slot;
    static constexpr std::string_view name = "no_congestion_control";
    static constexpr congestion_signals responds_to{};
    constexpr std::uint32_t window() const { return largest_window; }
};

}  // namespace sluice
