// SPDX-License-Identifier: MIT
// An impossible transition: a machine without LISTEN whose rows still go there.
// expect: sluice: lifecycle slot: a row of the table moves to a state the machine lacks
// near: goes_nowhere
#include "changed_table.hpp"

#include <sluice/policy/lifecycle/client_only.hpp>

using sluice::action, sluice::event, sluice::row, sluice::state;

struct goes_nowhere {
    using slot = sluice::lifecycle_slot;
#ifdef SLUICE_CONTROL
    static constexpr auto table = sluice::client_only::table;
#else
    static constexpr auto table = sluice::rfc9293_table.without(state::listen, event::passive_open);
#endif
};

using made = sluice::tcp<goes_nowhere>::endpoint;
