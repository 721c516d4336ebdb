// SPDX-License-Identifier: MIT
// state/machine.hpp: looking up and firing give, for every state and event, the outcome of the table's one row.
#include <doctest/doctest.h>

#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/full.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/state/machine.hpp>

#include <utility>

namespace {

using namespace sluice;

// A verdict is a small value, and the machine itself is nothing at all.
static_assert(sizeof(verdict) <= 8 && std::is_empty_v<machine<full>>);

static_assert(machine<full>::has(state::listen) && machine<full>::has(event::passive_open));
static_assert(!machine<client_only>::has(state::listen) && !machine<client_only>::has(state::syn_received_passive));
static_assert(!machine<client_only>::has(event::passive_open) && !machine<client_only>::has(event::syn_in_window));
static_assert(machine<client_only>::has(state::syn_received_active) && machine<client_only>::has(event::active_open));
static_assert(!machine<server_only>::has(state::syn_sent) && !machine<server_only>::has(state::syn_received_active));
static_assert(!machine<server_only>::has(event::active_open) && machine<server_only>::has(event::syn_in_window));

template <class Lifecycle>
const row* row_of(state s, event e) {
    for (const row& r : Lifecycle::table.rows)
        if (r.on == e && r.from.has(s)) return &r;
    return nullptr;
}

/// Every state against one event.
template <class Lifecycle, event Event>
void check_column() {
    using m = machine<Lifecycle>;
    if constexpr (m::has(Event)) {
        for (std::size_t i = 0; i < state_count; ++i) {
            const auto s = static_cast<state>(i);
            const verdict looked_up = m::template look_up<Event>(s);
            if (!m::has(s)) {
                CHECK(looked_up.what == outcome::absent);
                continue;
            }
            const row& r = *row_of<Lifecycle>(s, Event);
            CHECK(looked_up.what == r.what);
            CHECK(looked_up.refusal == r.refusal);
            CHECK(looked_up.actions == r.actions);
            if (r.what == outcome::cannot) continue;  // firing it would be a fault of the caller's
            state now = s;
            int moved = 0;
            action_set actions;
            const error refusal = m::template fire<Event>(now, [&]<class Answer>(Answer) {
                ++moved;
                CHECK(now == r.to);  // the state has changed by then
                actions = Answer::value.actions;
            });
            CHECK(moved == (r.what == outcome::moves ? 1 : 0));
            CHECK(now == (r.what == outcome::moves ? r.to : s));
            CHECK(refusal == r.refusal);
            CHECK(actions == r.actions);
        }
    }
}

template <class Lifecycle, std::size_t... Events>
void check_all(std::index_sequence<Events...>) {
    (check_column<Lifecycle, static_cast<event>(Events)>(), ...);
}

/// Figure 5 walked once around in the compiler, by way of both closes.
constexpr bool lives_and_dies() {
    using m = machine<full>;
    state s = state::closed;
    action_set actions;
    const auto note = [&](auto answer) { actions = decltype(answer)::value.actions; };
    m::fire<event::active_open>(s, note);
    m::fire<event::ack_of_syn>(s, note);
    if (s != state::established || actions != action_set(action::tell_connected)) return false;
    m::fire<event::close>(s, note);
    m::fire<event::fin>(s, note);
    if (s != state::closing || m::fire<event::send>(s, note) != error::closing) return false;
    m::fire<event::ack_of_fin>(s, note);
    actions = {};
    if (s != state::time_wait || m::fire<event::reset>(s, note) != error::none || !actions.empty()) return false;
    return m::fire<event::time_wait_timeout>(s, note) == error::none && actions.has(action::release) &&
           s == state::closed;
}
static_assert(lives_and_dies());

}  // namespace

TEST_CASE_TEMPLATE("firing an event does what the table's row says, in every state", Lifecycle, full, client_only,
                   server_only) {
    check_all<Lifecycle>(std::make_index_sequence<event_count>());
}
