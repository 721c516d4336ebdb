// SPDX-License-Identifier: MIT
//
// A window that nothing changes, for measurements.
#pragma once

#include <cstdint>

#include <sluice/policy/slots.hpp>

namespace sluice {

struct fixed_window {
    using slot = congestion_slot;
    std::uint32_t octets = 65535;
    constexpr std::uint32_t window() const { return octets; }
};

}  // namespace sluice
