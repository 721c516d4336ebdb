// SPDX-License-Identifier: MIT
// A table in which TIME-WAIT, once entered, is never left.
// expect: sluice: lifecycle slot: the table has a state with no way to CLOSED
// near: no_way_out
#include "changed_table.hpp"

using sluice::outcome, sluice::row, sluice::state;

struct no_way_out {
    using slot = sluice::lifecycle_slot;
    static constexpr auto table = [] {
        auto t = sluice::rfc9293_table;
#ifndef SLUICE_CONTROL
        for (row& r : t.rows)
            if (r.from.has(state::time_wait) && r.what == outcome::moves) r = sluice::stays(r.from, r.on, "for ever");
#endif
        return t;
    }();
};

using made = sluice::tcp<no_way_out>::endpoint;
