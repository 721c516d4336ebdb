// SPDX-License-Identifier: MIT
// A type that does not say which slot it is for.
// expect: sluice: not a policy: .*using slot
// near: slotless
#include <sluice/policy/compose.hpp>

struct slotless {
#ifdef SLUICE_CONTROL
    using slot = sluice::congestion_slot;
#endif
    constexpr std::uint32_t window() const { return 1000; }
};

using made = sluice::tcp<slotless>::settings;
