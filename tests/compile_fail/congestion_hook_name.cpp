// SPDX-License-Identifier: MIT
// A hook of the right name that is a variable.
// expect: sluice: congestion slot: ssthresh must be
// near: wants_value
#include <sluice/policy/compose.hpp>

struct wants_value {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr std::uint32_t ssthresh() const { return 2000; }
#else
    std::uint32_t ssthresh = 2000;
#endif
};

using made = sluice::tcp<wants_value>::settings;
