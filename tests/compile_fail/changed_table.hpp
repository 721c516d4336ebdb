// SPDX-License-Identifier: MIT
// The RFC's table with a row changed, for cases about tables.
#pragma once

#include <sluice/connection/endpoint.hpp>

/// The row for this state and event, handed to `change`.
constexpr auto changed(sluice::state from, sluice::event on, auto change) {
    auto table = sluice::rfc9293_table;
    for (sluice::row& r : table.rows)
        if (r.on == on && r.from.has(from)) change(r);
    return table;
}
