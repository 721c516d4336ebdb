// SPDX-License-Identifier: MIT
//
// What the compiler proves of a transition table before it will run one. These show its shape: every question has one
// answer, no state is a trap or an island, and what must be paired is paired. Whether the answers are the RFC's, tests
// show.
#pragma once

#include <sluice/state/transition_table.hpp>

namespace sluice::proofs {

constexpr auto each_cell(const auto& table, auto&& holds) {
    for (std::size_t s = 0; s < state_count; ++s)
        for (std::size_t e = 0; e < event_count; ++e)
            if (table.states.has(static_cast<state>(s)) && !table.without_events.has(static_cast<event>(e)) &&
                !holds(static_cast<state>(s), static_cast<event>(e)))
                return false;
    return true;
}

constexpr int rows_for(const auto& table, state s, event e) {
    int count = 0;
    for (const row& r : table.rows) count += r.what != outcome::absent && r.on == e && r.from.has(s);
    return count;
}

constexpr bool total(const auto& table) {
    return each_cell(table, [&](state s, event e) { return rows_for(table, s, e) >= 1; });
}

constexpr bool deterministic(const auto& table) {
    return each_cell(table, [&](state s, event e) { return rows_for(table, s, e) <= 1; });
}

constexpr bool refusals_say_why(const auto& table) {
    for (const row& r : table.rows)
        if ((r.what == outcome::refuses) != (r.refusal != error::none)) return false;
    return true;
}

/// What can be reached from `start` in any number of moves.
constexpr state_set reachable(const auto& table, state start) {
    state_set reached = start;
    for (state_set before; before != reached;) {
        before = reached;
        for (const row& r : table.rows)
            if (r.what == outcome::moves && !(r.from & reached).empty()) reached = reached | r.to;
    }
    return reached;
}

constexpr bool moves_stay_inside(const auto& table) {
    for (const row& r : table.rows)
        if (!r.from.empty() && r.what == outcome::moves && !table.states.has(r.to)) return false;
    return true;
}

constexpr bool every_state_reachable(const auto& table) { return reachable(table, state::closed) == table.states; }

constexpr bool closed_reachable_from_every_state(const auto& table) {
    for (std::size_t s = 0; s < state_count; ++s)
        if (const auto from = static_cast<state>(s);
            table.states.has(from) && !reachable(table, from).has(state::closed))
            return false;
    return true;
}

constexpr bool only_rows_to(const auto& table, state target, action paired) {
    for (const row& r : table.rows)
        if (!r.from.empty() && (r.what == outcome::moves && r.to == target) != r.actions.has(paired)) return false;
    return true;
}

constexpr bool time_wait_is_timed(const auto& table) {
    return only_rows_to(table, state::time_wait, action::start_time_wait);
}
constexpr bool closed_is_released(const auto& table) { return only_rows_to(table, state::closed, action::release); }
constexpr bool listen_is_clean(const auto& table) {
    for (const row& r : table.rows)
        if (!r.from.empty() && r.on != event::passive_open &&
            (r.what == outcome::moves && r.to == state::listen) != r.actions.has(action::forget_peer))
            return false;
    return true;
}

}  // namespace sluice::proofs
