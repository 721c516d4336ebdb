// SPDX-License-Identifier: MIT
// A table in which no CLOSE leads to LAST-ACK.
// expect: sluice: lifecycle slot: the table has a state that nothing leads to
// near: island_state
#include "changed_table.hpp"

using sluice::action, sluice::event, sluice::row, sluice::state;

struct island_state {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = changed(state::close_wait, event::close, [](row& r) { r.why = "figure 5"; });
#else
    static constexpr auto table = changed(state::close_wait, event::close, [](row& r) { r.to = state::closing; });
#endif
};

using made = sluice::tcp<island_state>::endpoint;
