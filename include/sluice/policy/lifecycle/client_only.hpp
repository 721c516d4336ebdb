// SPDX-License-Identifier: MIT
//
// Opens connections and never accepts one: the machine has no LISTEN, and no code for it.
#pragma once

#include <sluice/policy/slots.hpp>
#include <sluice/state/transition_table.hpp>

namespace sluice {

struct client_only {
    using slot = lifecycle_slot;
    static constexpr auto table = rfc9293_table.without(state::listen | state::syn_received_passive,
                                                        event::passive_open | event::syn_in_window);
};

}  // namespace sluice
