// SPDX-License-Identifier: MIT
// An isn policy that chooses nothing.
// expect: sluice: isn slot: a policy must have .*choose
// near: undecided
#include <sluice/policy/compose.hpp>

struct undecided {
    using slot = sluice::isn_slot;
#ifdef SLUICE_CONTROL
    constexpr sluice::seq choose(const sluice::socket_address&, const sluice::socket_address&, sluice::instant) const {
        return sluice::seq(1);
    }
#endif
};

using made = sluice::tcp<undecided>::settings;
