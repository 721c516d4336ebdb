// SPDX-License-Identifier: MIT
// state/transition_table.hpp as data: the arrows of RFC 9293 figure 5, drawn here a second time by hand, against the
// rows that move. (What each call, segment and timeout does to a connection is asked in tests/rfc.)
#include <doctest/doctest.h>

#include <sluice/state/transition_table.hpp>

#include <set>
#include <string>
#include <tuple>

namespace {

using namespace sluice;

using arrow = std::tuple<state, event, state>;

std::set<arrow> arrows(const auto& table) {
    std::set<arrow> out;
    for (const row& r : table.rows)
        for (std::size_t s = 0; s < state_count; ++s)
            if (r.what == outcome::moves && r.from.has(static_cast<state>(s)))
                out.insert({static_cast<state>(s), r.on, r.to});
    return out;
}

std::set<arrow> figure_5_and_prose() {
    using enum state;
    using e = event;
    std::set<arrow> out{
        // Figure 5, from the top down.
        {closed, e::passive_open, listen},
        {closed, e::active_open, syn_sent},
        {listen, e::close, closed},
        {syn_sent, e::close, closed},
        {listen, e::syn_accepted, syn_received_passive},
        {listen, e::active_open, syn_sent},  // note: SEND from LISTEN; a call of its own here
        {syn_sent, e::syn_accepted, syn_received_active},
        {syn_sent, e::ack_of_syn, established},
        {syn_received_passive, e::ack_of_syn, established},
        {syn_received_active, e::ack_of_syn, established},
        {syn_received_passive, e::reset, listen},  // note 1
        {syn_received_passive, e::close, fin_wait_1},
        {syn_received_active, e::close, fin_wait_1},
        {established, e::close, fin_wait_1},
        {established, e::fin, close_wait},
        {fin_wait_1, e::ack_of_fin, fin_wait_2},
        {fin_wait_1, e::fin, closing},  // note 2, FIN with ACK of FIN, is these two in a row
        {fin_wait_2, e::fin, time_wait},
        {closing, e::ack_of_fin, time_wait},
        {close_wait, e::close, last_ack},
        {last_ack, e::ack_of_fin, closed},
        {time_wait, e::time_wait_timeout, closed},
        // The prose.
        {syn_received_passive, e::syn_in_window, listen},      // 3.10.7.4 fourth
        {syn_received_passive, e::retries_exhausted, listen},  // a lost peer ends no LISTEN
        {time_wait, e::fin, time_wait},                        // N2
        {fin_wait_2, e::orphan_timeout, closed},               // N28
    };
    for (const state s : {listen, syn_sent, syn_received_passive, syn_received_active, established, fin_wait_1,
                          fin_wait_2, close_wait, closing, last_ack, time_wait})
        out.insert({s, e::abort, closed});  // 3.10.5
    for (const state s :
         {syn_sent, syn_received_active, established, fin_wait_1, fin_wait_2, close_wait, closing, last_ack}) {
        out.insert({s, e::reset, closed});              // 3.10.7.3 second, 3.10.7.4 second
        out.insert({s, e::retries_exhausted, closed});  // 3.8.3 (b)
        out.insert({s, e::user_timeout, closed});       // 3.10.8
    }
    out.insert({syn_received_passive, e::user_timeout, closed});
    return out;
}

}  // namespace

TEST_CASE("the table moves where figure 5 and the prose draw an arrow, and nowhere else") {
    CHECK(arrows(rfc9293_table) == figure_5_and_prose());
}

TEST_CASE("each outcome gives its reason: a refusal an error, what stays or cannot happen a clause") {
    for (const row& r : rfc9293_table.rows) {
        CAPTURE(name(r.on));
        CHECK(r.what != outcome::absent);
        CHECK((r.what == outcome::refuses) == (r.refusal != error::none));
        if (r.what != outcome::moves) {
            CHECK(r.actions.empty());
            CHECK(std::string(r.why) != "");
        }
    }
}

TEST_CASE("only calls are refused: a segment or a timeout has nobody to tell") {
    for (const row& r : rfc9293_table.rows)
        if (r.what == outcome::refuses) CHECK(r.on <= event::abort);
}

TEST_CASE("a table without some states and events has the other rows unchanged") {
    const auto gone = state::listen | state::syn_received_passive;
    const auto less = rfc9293_table.without(gone, event::passive_open | event::syn_in_window);
    CHECK(less.states == all_states.without(gone));
    CHECK(less.without_events == (event::passive_open | event::syn_in_window));
    for (std::size_t i = 0; i < less.rows.size(); ++i) {
        const row &whole = rfc9293_table.rows[i], &part = less.rows[i];
        const bool dropped = whole.on == event::passive_open || whole.on == event::syn_in_window;
        CHECK(part.from == (dropped ? state_set{} : whole.from.without(gone)));
        CHECK(part.on == whole.on);
        CHECK(part.to == whole.to);
        CHECK(part.actions == whole.actions);
    }
    // Twice is the same as once with both.
    const auto again = rfc9293_table.without(state::listen, event::passive_open)
                           .without(state::syn_received_passive, event::syn_in_window);
    CHECK(again.states == less.states);
    CHECK(again.without_events == less.without_events);
    CHECK(arrows(again) == arrows(less));
}
