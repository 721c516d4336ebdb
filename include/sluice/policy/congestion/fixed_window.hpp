// SPDX-License-Identifier: MIT
//
// A window that nothing changes, for measurements.
#pragma once

#include <cstdint>
#include <string_view>

#include <sluice/policy/reports.hpp>
#include <sluice/policy/slots.hpp>

namespace sluice {

struct fixed_window {
    using slot = congestion_slot;
    static constexpr std::string_view name = "fixed_window";
    static constexpr congestion_signals responds_to{};
    std::uint32_t octets = 65535;
    constexpr std::uint32_t window() const { return octets; }
};

}  // namespace sluice
