// SPDX-License-Identifier: MIT
// A window of another type could be negative, or too large, and be cut in silence.
// expect: sluice: congestion slot: a policy must have .*window
// near: counts_in_int
#include <sluice/policy/compose.hpp>

struct counts_in_int {
    using slot = sluice::congestion_slot;
#ifdef SLUICE_CONTROL
    constexpr std::uint32_t window() const { return 1000; }
#else
    constexpr int window() const { return 1000; }
#endif
};

using made = sluice::tcp<counts_in_int>::settings;
