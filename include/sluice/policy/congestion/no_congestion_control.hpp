// SPDX-License-Identifier: MIT
//
// A window without bound, for links that lose nothing but what their own queue can't hold.
#pragma once

#include <cstdint>

#include <sluice/policy/slots.hpp>

namespace sluice {

struct no_congestion_control {
    using slot = congestion_slot;
    constexpr std::uint32_t window() const { return std::uint32_t{1} << 30; }
};

}  // namespace sluice
