// SPDX-License-Identifier: MIT
// state/proofs.hpp: each proof accepts the tables we run and refuses one that breaks just its rule.
#include <doctest/doctest.h>

#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/full.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/state/proofs.hpp>

namespace {

using namespace sluice;
namespace p = sluice::proofs;

constexpr bool all_hold(const auto& t) {
    return p::moves_stay_inside(t) && p::total(t) && p::deterministic(t) && p::refusals_say_why(t) &&
           p::every_state_reachable(t) && p::closed_reachable_from_every_state(t) && p::time_wait_is_timed(t) &&
           p::closed_is_released(t) && p::listen_is_clean(t);
}
static_assert(all_hold(full::table) && all_hold(client_only::table) && all_hold(server_only::table));

/// The one row of the RFC's table for a state and an event, changed.
template <class Change>
constexpr auto with(state from, event on, Change change) {
    auto table = rfc9293_table;
    for (row& r : table.rows)
        if (r.on == on && r.from.has(from)) change(r);
    return table;
}

using enum state;

// Total and deterministic: every deleted cell, and every doubled one, is noticed.
constexpr bool every_deleted_cell_is_missed() {
    return p::each_cell(rfc9293_table, [](state s, event e) {
        const auto table = with(s, e, [&](row& r) { r.from = r.from.without(s); });
        return !p::total(table) && p::deterministic(table);
    });
}
constexpr auto no_answer = with(established, event::fin, [](row& r) { r.what = outcome::absent; });
static_assert(!p::total(no_answer));
constexpr auto refuses_in_silence = with(closed, event::send, [](row& r) { r.refusal = error::none; });
constexpr auto moves_with_an_error = with(established, event::fin, [](row& r) { r.refusal = error::closing; });
static_assert(!p::refusals_say_why(refuses_in_silence) && !p::refusals_say_why(moves_with_an_error));

constexpr bool every_doubled_cell_is_noticed() {
    return p::each_cell(rfc9293_table, [](state s, event e) {
        transition_table<rfc9293_table.rows.size() + 1> table{};
        for (std::size_t i = 0; i < rfc9293_table.rows.size(); ++i) table.rows[i] = rfc9293_table.rows[i];
        table.rows.back() = stays(s, e, "again");
        return p::total(table) && !p::deterministic(table);
    });
}

// What is a subset by its set of states must be one by its rows.
constexpr auto moves_out = with(established, event::fin, [](row& r) { r.to = static_cast<state>(state_count); });
static_assert(!p::moves_stay_inside(moves_out));
static_assert(!p::moves_stay_inside(rfc9293_table.without(listen, {})));
static_assert(!p::moves_stay_inside(rfc9293_table.without(syn_received_active, {})));

constexpr auto island = with(close_wait, event::close, [](row& r) { r.to = closed; });
static_assert(!p::every_state_reachable(island) && p::reachable(island, closed) == all_states.without(last_ack));

constexpr auto trap = [] {
    auto table = rfc9293_table;
    for (row& r : table.rows)
        if (r.from.has(time_wait) && r.what == outcome::moves) r.from = r.from.without(time_wait);
    return table;
}();
static_assert(!p::closed_reachable_from_every_state(trap) && p::every_state_reachable(trap));
static_assert(p::reachable(trap, time_wait) == state_set(time_wait));
static_assert(p::reachable(rfc9293_table, time_wait) == all_states);

// Paired actions: missing where they belong, and present where they don't.
constexpr auto untimed = with(closing, event::ack_of_fin, [](row& r) { r.actions = {}; });
constexpr auto timed_too_early =
    with(fin_wait_1, event::ack_of_fin, [](row& r) { r.actions = action::start_time_wait; });
static_assert(!p::time_wait_is_timed(untimed) && !p::time_wait_is_timed(timed_too_early));

constexpr auto not_released = with(last_ack, event::ack_of_fin, [](row& r) { r.actions = {}; });
constexpr auto released_alive = with(established, event::fin, [](row& r) { r.actions = r.actions | action::release; });
static_assert(!p::closed_is_released(not_released) && !p::closed_is_released(released_alive));

constexpr auto remembers = with(syn_received_passive, event::reset, [](row& r) { r.actions = {}; });
constexpr auto forgets = with(established, event::fin, [](row& r) { r.actions = r.actions | action::forget_peer; });
static_assert(!p::listen_is_clean(remembers) && !p::listen_is_clean(forgets));
// A fresh LISTEN has nobody to forget: the one exception.
static_assert(!rfc9293_table.rows[0].actions.has(action::forget_peer) && rfc9293_table.rows[0].to == listen);

}  // namespace

TEST_CASE("a table is total only with every cell, and deterministic only with each of them once") {
    CHECK(every_deleted_cell_is_missed());
    CHECK(every_doubled_cell_is_noticed());
}

TEST_CASE("a state or event that is left out needs no cells") {
    const auto client = client_only::table;
    CHECK(p::rows_for(client, listen, event::close) == 0);
    CHECK(p::rows_for(client, closed, event::passive_open) == 0);
    CHECK(p::total(client));
    auto with_listen = client;
    with_listen.states = with_listen.states | listen;
    CHECK_FALSE(p::total(with_listen));
    auto with_open = client;
    with_open.without_events = {};
    CHECK_FALSE(p::total(with_open));
}

TEST_CASE("what can be reached is found through any number of moves") {
    using list = std::array<row, 3>;
    const transition_table chain{list{moves(closed, event::send, listen), moves(listen, event::send, syn_sent),
                                      moves(syn_sent, event::send, established)}};
    CHECK(p::reachable(chain, closed) == (closed | listen | syn_sent | established));
    CHECK(p::reachable(chain, syn_sent) == (syn_sent | established));
    CHECK(p::reachable(chain, last_ack) == state_set(last_ack));
    const transition_table standing{list{stays(closed, event::send, "-"),
                                         refuses(closed, event::send, error::closing, "-"),
                                         cannot(closed, event::send, "-")}};
    CHECK(p::reachable(standing, closed) == state_set(closed));
}
