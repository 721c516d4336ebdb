// SPDX-License-Identifier: MIT
// An impossible transition: into TIME-WAIT without the timer that ends it.
// expect: sluice: lifecycle slot: rows into TIME-WAIT
// near: waits_for_ever
#include "changed_table.hpp"

using sluice::action, sluice::event, sluice::row, sluice::state;

struct waits_for_ever {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = changed(state::closing, event::ack_of_fin, [](row& r) { r.why = "figure 5"; });
#else
    static constexpr auto table = changed(state::closing, event::ack_of_fin, [](row& r) { r.actions = {}; });
#endif
};

using made = sluice::tcp<waits_for_ever>::endpoint;
