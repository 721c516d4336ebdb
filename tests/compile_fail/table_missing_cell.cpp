// SPDX-License-Identifier: MIT
// A table without an answer to a FIN in ESTABLISHED.
// expect: sluice: lifecycle slot: the table has a missing cell
// near: has_a_hole
#include "changed_table.hpp"

using sluice::action, sluice::event, sluice::row, sluice::state;

struct has_a_hole {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = changed(state::established, event::fin, [](row& r) { r.why = "figure 5"; });
#else
    static constexpr auto table = changed(state::established, event::fin, [](row& r) { r.from = {}; });
#endif
};

using made = sluice::tcp<has_a_hole>::endpoint;
