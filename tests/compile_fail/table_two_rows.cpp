// SPDX-License-Identifier: MIT
// A table with two answers to a CLOSE in CLOSE-WAIT.
// expect: sluice: lifecycle slot: the table has two rows for one state and event
// near: two_minds
#include "changed_table.hpp"

using sluice::action, sluice::event, sluice::row, sluice::state;

struct two_minds {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = changed(state::close_wait, event::close, [](row& r) { r.why = "figure 5"; });
#else
    static constexpr auto table =
        changed(state::established, event::close, [](row& r) { r.from = r.from | state::close_wait; });
#endif
};

using made = sluice::tcp<two_minds>::endpoint;
