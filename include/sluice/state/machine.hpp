// SPDX-License-Identifier: MIT
//
// Runs a transition table: the event is a template argument, the state a value. A lifecycle is any type with a static
// member `table`; each one that is run has to pass the proofs.
#pragma once

#include <cassert>

#include <sluice/state/proofs.hpp>

namespace sluice {

/// One answer of the machine, small enough to index a table of them.
struct verdict {
    outcome what = outcome::absent;
    state to = state::closed;
    error refusal = error::none;
    action_set actions{};
};

template <class Lifecycle>
class machine {
    static constexpr const auto& table = Lifecycle::table;

    static_assert(proofs::moves_stay_inside(table), "sluice: a row of the table moves to a state the machine lacks");
    static_assert(proofs::total(table), "sluice: the table has a missing cell: some state has no row for some event");
    static_assert(proofs::deterministic(table), "sluice: the table has two rows for one state and event");
    static_assert(proofs::every_state_reachable(table), "sluice: the table has a state that nothing leads to");
    static_assert(proofs::closed_reachable_from_every_state(table), "sluice: the table has a state with no way to CLOSED");
    static_assert(proofs::time_wait_is_timed(table), "sluice: rows into TIME-WAIT, and no others, start 2MSL");
    static_assert(proofs::closed_is_released(table), "sluice: rows into CLOSED, and no others, release");
    static_assert(proofs::listen_is_clean(table), "sluice: rows back to LISTEN, and no others, forget the peer");

public:
    static constexpr bool has(state s) { return table.states.has(s); }
    static constexpr bool has(event e) { return !table.without_events.has(e); }

    template <event Event>
    static constexpr verdict look_up(state now) {
        return column<Event>[static_cast<std::size_t>(now)];
    }

    /// Moves, or says why not. The caller carries the actions out.
    template <event Event>
    static constexpr verdict fire(state& now) {
        static_assert(has(Event), "sluice: the lifecycle has no such event");
        const verdict answer = look_up<Event>(now);
        assert(answer.what != outcome::cannot && answer.what != outcome::absent);
        if (answer.what == outcome::moves) now = answer.to;
        return answer;
    }

private:
    static constexpr auto answers_to(event e) {
        std::array<verdict, state_count> out{};
        for (const row& r : table.rows)
            for (std::size_t s = 0; s < state_count; ++s)
                if (r.on == e && r.from.has(static_cast<state>(s)))
                    out[s] = {.what = r.what, .to = r.to, .refusal = r.refusal, .actions = r.actions};
        return out;
    }

    template <event Event>
    static constexpr auto column = answers_to(Event);
};

}  // namespace sluice
