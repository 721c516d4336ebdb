// SPDX-License-Identifier: MIT
// A rate in 32 bits ends at 34 Gbit/s.
// expect: sluice: congestion slot: pacing_rate must be `std::uint64_t pacing_rate\(\) const`
// near: short_rate
#include <sluice/policy/compose.hpp>

struct short_rate {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr std::uint64_t pacing_rate() const { return 1'000'000; }
#else
    constexpr std::uint32_t pacing_rate() const { return 1'000'000; }
#endif
};

using made = sluice::tcp<short_rate>::settings;
