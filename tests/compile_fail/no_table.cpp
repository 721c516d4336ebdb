// SPDX-License-Identifier: MIT
// A lifecycle without a table.
// expect: sluice: lifecycle slot: a policy must have a transition table
// near: lawless
#include <sluice/policy/compose.hpp>

struct lawless {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = sluice::rfc9293_table;
#endif
};

using made = sluice::tcp<lawless>::settings;
