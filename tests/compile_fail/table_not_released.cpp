// SPDX-License-Identifier: MIT
// A table that reaches CLOSED and keeps timers and buffers.
// expect: sluice: lifecycle slot: rows into CLOSED
// near: keeps_everything
#include "changed_table.hpp"

using sluice::action, sluice::event, sluice::row, sluice::state;

struct keeps_everything {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = changed(state::last_ack, event::ack_of_fin, [](row& r) { r.why = "figure 5"; });
#else
    static constexpr auto table = changed(state::last_ack, event::ack_of_fin, [](row& r) { r.actions = {}; });
#endif
};

using made = sluice::tcp<keeps_everything>::endpoint;
