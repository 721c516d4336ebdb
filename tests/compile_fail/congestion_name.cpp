// SPDX-License-Identifier: MIT
// A name that is no text.
// expect: sluice: congestion slot: name must be
// near: numbered
#include <sluice/policy/compose.hpp>

struct numbered {
    using slot = sluice::congestion_slot;
#ifdef SLUICE_CONTROL
    static constexpr std::string_view name = "seven";
#else
    static constexpr int name = 7;
#endif
    constexpr std::uint32_t window() const { return 1000; }
};

using made = sluice::tcp<numbered>::settings;
