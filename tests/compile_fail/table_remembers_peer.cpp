// SPDX-License-Identifier: MIT
// A table that goes back to LISTEN with a peer.
// expect: sluice: lifecycle slot: rows back to LISTEN
// near: long_memory
#include "changed_table.hpp"

using sluice::action, sluice::event, sluice::row, sluice::state;

struct long_memory {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = changed(state::syn_received_passive, event::reset, [](row& r) { r.why = "note 1"; });
#else
    static constexpr auto table = changed(state::syn_received_passive, event::reset, [](row& r) { r.actions = {}; });
#endif
};

using made = sluice::tcp<long_memory>::endpoint;
