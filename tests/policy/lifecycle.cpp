// SPDX-License-Identifier: MIT
// policy/lifecycle/: which states the three lifecycles have. (That their tables are sound, state/machine.hpp proves.)
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/full.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/state/machine.hpp>

namespace {

using namespace sluice;
using enum state;

static_assert(lifecycle_policy<full> && lifecycle_policy<client_only> && lifecycle_policy<server_only>);
static_assert(std::is_empty_v<full> && std::is_empty_v<client_only> && std::is_empty_v<server_only>);

template <class Lifecycle>
state_set reached_without(state_set start) {
    return proofs::reachable(Lifecycle::table, closed).without(start);
}

}  // namespace

TEST_CASE("a client has every state but LISTEN and what only LISTEN leads to") {
    CHECK(all_states.without(client_only::table.states) == (listen | syn_received_passive));
    CHECK(reached_without<client_only>(client_only::table.states).empty());
}

TEST_CASE("a server has every state but SYN-SENT and what only SYN-SENT leads to") {
    CHECK(all_states.without(server_only::table.states) == (syn_sent | syn_received_active));
    CHECK(reached_without<server_only>(server_only::table.states).empty());
}

TEST_CASE("a client and a server close in the same states as the whole RFC") {
    for (const state s : {established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack, time_wait}) {
        const auto fin = machine<full>::look_up<event::fin>(s);
        CHECK(machine<client_only>::look_up<event::fin>(s).to == fin.to);
        CHECK(machine<server_only>::look_up<event::fin>(s).to == fin.to);
        const auto close = machine<full>::look_up<event::close>(s);
        CHECK(machine<client_only>::look_up<event::close>(s).what == close.what);
        CHECK(machine<server_only>::look_up<event::close>(s).what == close.what);
    }
}
