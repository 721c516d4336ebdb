// SPDX-License-Identifier: MIT
// An ack policy that never says when.
// expect: sluice: ack slot: a policy must have .*acknowledge_by
// near: silent
#include <sluice/policy/compose.hpp>

struct silent {
    using slot = sluice::ack_slot;
#ifdef SLUICE_CONTROL
    constexpr sluice::instant acknowledge_by(const sluice::arrival_report& r) { return r.now; }
#endif
};

using made = sluice::tcp<silent>::settings;
