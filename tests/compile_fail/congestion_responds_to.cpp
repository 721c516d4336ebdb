// SPDX-License-Identifier: MIT
// The conformance kit must be able to read what a policy gives way to.
// expect: sluice: congestion slot: responds_to must be
// near: gives_way
#include <sluice/policy/compose.hpp>

struct gives_way {
    using slot = sluice::congestion_slot;
#ifdef SLUICE_CONTROL
    static constexpr sluice::congestion_signals responds_to = sluice::congestion_signal::delay;
#else
    static constexpr const char* responds_to = "delay";
#endif
    constexpr std::uint32_t window() const { return 1000; }
};

using made = sluice::tcp<gives_way>::settings;
