// SPDX-License-Identifier: MIT
// A congestion policy without window().
// expect: sluice: congestion slot: a policy must have .*window
// near: windowless
#include <sluice/policy/compose.hpp>

struct windowless {
    using slot = sluice::congestion_slot;
#ifdef SLUICE_CONTROL
    constexpr std::uint32_t window() const { return 1000; }
#endif
};

using made = sluice::tcp<windowless>::settings;
