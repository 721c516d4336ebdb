// SPDX-License-Identifier: MIT
//
// Runs a transition table: the event is a template argument, the state a value. A lifecycle is any type with a static
// member `table`; each one that is run has to pass the proofs.
#pragma once

#include <algorithm>
#include <cassert>
#include <utility>

#include <sluice/state/proofs.hpp>

namespace sluice {

/// One answer of the machine, small enough to index a table of them.
struct verdict {
    outcome what = outcome::absent;
    state to = state::closed;
    error refusal = error::none;
    action_set actions{};
    friend constexpr bool operator==(const verdict&, const verdict&) = default;
};

template <class Lifecycle>
class machine {
    static constexpr const auto& table = Lifecycle::table;

    // clang-format off
    static_assert(proofs::moves_stay_inside(table),     "sluice: lifecycle slot: a row of the table moves to a state the machine lacks");
    static_assert(proofs::total(table),                 "sluice: lifecycle slot: the table has a missing cell: some state has no row for some event");
    static_assert(proofs::deterministic(table),         "sluice: lifecycle slot: the table has two rows for one state and event");
    static_assert(proofs::refusals_say_why(table),      "sluice: lifecycle slot: a row of the table refuses without an error");
    static_assert(proofs::every_state_reachable(table), "sluice: lifecycle slot: the table has a state that nothing leads to");
    static_assert(proofs::closed_reachable_from_every_state(table), "sluice: lifecycle slot: the table has a state with no way to CLOSED");
    static_assert(proofs::time_wait_is_timed(table),    "sluice: lifecycle slot: rows into TIME-WAIT, and no others, start 2MSL");
    static_assert(proofs::closed_is_released(table),    "sluice: lifecycle slot: rows into CLOSED, and no others, release");
    static_assert(proofs::listen_is_clean(table),       "sluice: lifecycle slot: rows back to LISTEN, and no others, forget the peer");
    // clang-format on

public:
    static constexpr bool has(state s) { return table.states.has(s); }
    static constexpr bool has(event e) { return !table.without_events.has(e); }

    template <event Event>
    static constexpr verdict look_up(state now) {
        return column<Event>[static_cast<std::size_t>(now)];
    }

    /// Moves, and then calls `then(a)`, where decltype(a)::value is the verdict: there the compiler knows the row, and
    /// what the row does not ask for leaves no code. Or answers why not, if the event is a call that is refused.
    template <event Event>
    static constexpr error fire(state& now, auto&& then) {
        static_assert(has(Event), "sluice: the lifecycle has no such event");
        assert(look_up<Event>(now).what != outcome::cannot && look_up<Event>(now).what != outcome::absent);
        error refusal = error::none;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (try_branch<Event, I>(now, refusal, then) || ...);
        }(std::make_index_sequence<branches<Event>.count>());
        return refusal;
    }

private:
    static constexpr verdict verdict_of(const row& r) {
        return {.what = r.what, .to = r.to, .refusal = r.refusal, .actions = r.actions};
    }

    /// The rows of one event that move or refuse, those with one verdict as one. A branch that all states lead to which
    /// are left needs no test.
    struct branch {
        state_set from;
        verdict answer;
        bool is_rest;
    };
    struct branch_list {
        std::array<branch, table.rows.size()> at;
        std::size_t count;
    };

    static constexpr branch_list branches_for(event e) {
        branch_list out{};
        for (const row& r : table.rows) {
            if (r.on != e || r.from.empty() || (r.what != outcome::moves && r.what != outcome::refuses)) continue;
            std::size_t i = 0;
            while (i < out.count && out.at[i].answer != verdict_of(r)) ++i;
            out.at[i].answer = verdict_of(r);
            out.at[i].from = out.at[i].from | r.from;
            out.count = std::max(out.count, i + 1);
        }
        state_set left = table.states;
        for (branch& b : out.at) {
            left = left.without(b.from);
            b.is_rest = left.empty();
        }
        return out;
    }

    template <event Event>
    static constexpr branch_list branches = branches_for(Event);

    template <event Event, std::size_t I>
    struct answer {
        static constexpr verdict value = branches<Event>.at[I].answer;
    };

    template <event Event, std::size_t I>
    static constexpr bool try_branch(state& now, error& refusal, auto& then) {
        constexpr branch b = branches<Event>.at[I];
        if (!b.is_rest && !(b.from.size() == 1 ? now == b.from.first() : b.from.has(now))) return false;
        if constexpr (b.answer.what == outcome::moves) {
            now = b.answer.to;
            then(answer<Event, I>{});
        } else {
            refusal = b.answer.refusal;
        }
        return true;
    }

    static constexpr auto answers_to(event e) {
        std::array<verdict, state_count> out{};
        for (const row& r : table.rows)
            for (std::size_t s = 0; s < state_count; ++s)
                if (r.on == e && r.from.has(static_cast<state>(s))) out[s] = verdict_of(r);
        return out;
    }

    template <event Event>
    static constexpr auto column = answers_to(Event);
};

}  // namespace sluice
