// SPDX-License-Identifier: MIT
// An rtt policy without rto().
// expect: sluice: rtt slot: a policy must have .*rto
// near: timeless
#include <sluice/policy/compose.hpp>

struct timeless {
    using slot = sluice::rtt_slot;
#ifdef SLUICE_CONTROL
    constexpr sluice::duration rto() const { return sluice::duration(1000); }
#endif
};

using made = sluice::tcp<timeless>::settings;
