// SPDX-License-Identifier: MIT
//
// Every state of RFC 9293.
#pragma once

#include <sluice/policy/slots.hpp>
#include <sluice/state/transition_table.hpp>

namespace sluice {

struct full {
    using slot = lifecycle_slot;
    static constexpr auto table = rfc9293_table;
};

}  // namespace sluice
