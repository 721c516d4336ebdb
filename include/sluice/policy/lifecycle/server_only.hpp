// SPDX-License-Identifier: MIT
//
// Accepts connections and never opens one: the machine has no SYN-SENT, and no code for it.
#pragma once

#include <sluice/policy/slots.hpp>
#include <sluice/state/transition_table.hpp>

namespace sluice {

struct server_only {
    using slot = lifecycle_slot;
    static constexpr auto table =
        rfc9293_table.without(state::syn_sent | state::syn_received_active, event_set(event::active_open));
};

}  // namespace sluice
