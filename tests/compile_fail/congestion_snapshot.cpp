// SPDX-License-Identifier: MIT
// What the next policy begins with is told in one form by all.
// expect: sluice: congestion slot: snapshot must be `congestion_snapshot snapshot\(\) const`
// near: tells_a_window
#include <sluice/policy/compose.hpp>

struct tells_a_window {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr sluice::congestion_snapshot snapshot() const { return {.window = 1000}; }
#else
    constexpr std::uint32_t snapshot() const { return 1000; }
#endif
};

using made = sluice::tcp<tells_a_window>::settings;
