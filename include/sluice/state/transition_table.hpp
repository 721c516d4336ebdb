// SPDX-License-Identifier: MIT
//
// THE table: RFC 9293 figure 5 with the exceptions of section 3.10's prose. It is data, and it is what runs.
// Each cell of state x event has one of four outcomes: it moves, it stays, it refuses a call with an error, or it
// cannot happen because the checks before it rule it out. N numbers are decisions on what the RFC leaves open
// (connection/README.md).
#pragma once

#include <array>
#include <cstddef>

#include <sluice/base/result.hpp>
#include <sluice/state/events.hpp>

namespace sluice {

enum class outcome : std::uint8_t {
    absent,  // no row: a table that is run has none (see proofs.hpp)
    moves,
    stays,
    refuses,
    cannot,
};

struct row {
    state_set from{};
    event on{};
    outcome what = outcome::absent;
    state to{};
    action_set actions{};
    error refusal = error::none;
    const char* why = "";
};

constexpr row moves(state_set from, event on, state to, action_set actions = {}, const char* why = "") {
    return {.from = from, .on = on, .what = outcome::moves, .to = to, .actions = actions, .why = why};
}
constexpr row stays(state_set from, event on, const char* why) {
    return {.from = from, .on = on, .what = outcome::stays, .why = why};
}
constexpr row refuses(state_set from, event on, error refusal, const char* why) {
    return {.from = from, .on = on, .what = outcome::refuses, .refusal = refusal, .why = why};
}
constexpr row cannot(state_set from, event on, const char* why) {
    return {.from = from, .on = on, .what = outcome::cannot, .why = why};
}

template <std::size_t Rows>
struct transition_table {
    std::array<row, Rows> rows;
    state_set states = all_states;
    event_set without_events = {};

    /// The same machine without some states and events: a plain subset, since events carry the guards.
    constexpr transition_table without(state_set gone, event_set no_more) const {
        transition_table out = *this;
        out.states = states.without(gone);
        out.without_events = without_events | no_more;
        for (row& r : out.rows) {
            r.from = out.without_events.has(r.on) ? state_set{} : r.from.without(gone);
        }
        return out;
    }
};

template <std::size_t Rows>
transition_table(std::array<row, Rows>) -> transition_table<Rows>;

namespace detail {

constexpr auto make_rfc9293_table() {
    using enum state;
    constexpr auto received_passive = syn_received_passive, received_active = syn_received_active;
    constexpr auto opening = syn_sent | syn_received;
    constexpr auto open = established | fin_wait_1 | fin_wait_2 | close_wait;
    constexpr auto finishing = closing | last_ack;
    using e = event;
    using a = action;
    // clang-format off
    return std::to_array<row>({
    // ---- calls ----------------------------------------------------------------------------------------------------
    moves  (closed,                   e::passive_open,      listen),
    refuses(all_states.without(closed), e::passive_open,    error::already_open,       "3.10.1, MUST-41, N10"),

    moves  (closed | listen,          e::active_open,       syn_sent,         {},      "3.10.1: also from LISTEN"),
    refuses(all_states.without(closed | listen), e::active_open, error::already_open,  "3.10.1"),

    refuses(closed,                   e::send,              error::not_open,           "3.10.2"),
    refuses(listen,                   e::send,              error::remote_unspecified, "3.10.2: connect first"),
    stays  (opening,                  e::send,              "3.10.2: queued until ESTABLISHED"),
    stays  (may_send_text,            e::send,              "3.10.2"),
    refuses(fin_wait_1 | fin_wait_2 | finishing | time_wait, e::send, error::closing,  "3.10.2"),

    refuses(closed,                   e::receive,           error::not_open,           "3.10.3"),
    stays  (listen | opening,         e::receive,           "3.10.3: there is nothing yet"),
    stays  (may_receive_text,         e::receive,           "3.10.3"),
    refuses(close_wait | finishing | time_wait, e::receive, error::closing, "3.10.3, N28: all before the FIN is delivered"),

    refuses(closed,                   e::close,             error::not_open,           "3.10.4"),
    moves  (listen | syn_sent,        e::close,             closed,      a::release,   "3.10.4, N14"),
    moves  (syn_received | established, e::close,           fin_wait_1,  a::queue_fin, "3.10.4"),
    moves  (close_wait,               e::close,             last_ack,    a::queue_fin, "3.10.4"),
    refuses(fin_wait_1 | fin_wait_2 | finishing | time_wait, e::close, error::closing, "3.10.4"),

    refuses(closed,                   e::abort,             error::not_open,           "3.10.5"),
    moves  (listen | syn_sent,        e::abort,             closed,      a::release,   "3.10.5"),
    moves  (syn_received | open,      e::abort,             closed,      a::send_reset | a::release, "3.10.5, N7, N8"),
    moves  (finishing | time_wait,    e::abort,             closed,      a::release,   "3.10.5: no RST"),

    // ---- the handshake --------------------------------------------------------------------------------------------
    moves  (listen,                   e::syn_accepted,      received_passive, {},      "3.10.7.2"),
    moves  (syn_sent,                 e::syn_accepted,      received_active,  {},      "3.10.7.3: simultaneous open"),
    cannot (all_states.without(listen | syn_sent), e::syn_accepted, "only LISTEN and SYN-SENT look for one"),

    moves  (opening,                  e::ack_of_syn,        established, a::tell_connected, "3.10.7.3, 3.10.7.4 fifth"),
    cannot (all_states.without(opening), e::ack_of_syn,     "our SYN is acknowledged once"),

    moves  (received_passive,         e::syn_in_window,     listen,      a::forget_peer,    "3.10.7.4 fourth"),
    cannot (all_states.without(received_passive), e::syn_in_window, "RFC 5961: elsewhere it is challenged"),

    // ---- the end --------------------------------------------------------------------------------------------------
    moves  (fin_wait_1,               e::ack_of_fin,        fin_wait_2),
    moves  (closing,                  e::ack_of_fin,        time_wait,   a::start_time_wait),
    moves  (last_ack,                 e::ack_of_fin,        closed,      a::release),
    cannot (all_states.without(fin_wait_1 | finishing), e::ack_of_fin, "no FIN of ours is unacknowledged"),

    moves  (established,              e::fin,               close_wait,  a::tell_closing),
    moves  (fin_wait_1,               e::fin,               closing,     a::tell_closing),
    moves  (fin_wait_2,               e::fin,               time_wait,   a::tell_closing | a::start_time_wait),
    moves  (time_wait,                e::fin,               time_wait,   a::start_time_wait, "N2: its ACK was lost"),
    cannot (close_wait | finishing,   e::fin,               "N9: there is only one"),
    cannot (closed | listen | opening, e::fin,              "3.10.7: not processed before ESTABLISHED"),

    moves  (syn_sent,                 e::reset,             closed,      a::tell_refused | a::release),
    moves  (received_passive,         e::reset,             listen,      a::forget_peer, "3.10.7.4 second: user not told"),
    moves  (received_active,          e::reset,             closed,      a::tell_refused | a::release),
    moves  (open,                     e::reset,             closed,      a::tell_reset | a::release),
    moves  (finishing,                e::reset,             closed,      a::release),
    stays  (time_wait,                e::reset,             "N18, RFC 1337"),
    cannot (closed | listen,          e::reset,             "ignored before it gets here"),

    // ---- timeouts -------------------------------------------------------------------------------------------------
    moves  (opening | open | finishing, e::user_timeout,    closed,      a::tell_timed_out | a::release),
    cannot (closed | listen | time_wait, e::user_timeout,   "nothing is outstanding"),

    moves  (syn_sent | received_active, e::retries_exhausted, closed,    a::tell_timed_out | a::release),
    moves  (received_passive,         e::retries_exhausted, listen,      a::forget_peer, "as for a reset: one lost peer ends no LISTEN"),
    moves  (open | finishing,         e::retries_exhausted, closed,      a::tell_timed_out | a::release),
    cannot (closed | listen | time_wait, e::retries_exhausted, "nothing is retried"),

    moves  (time_wait,                e::time_wait_timeout, closed,      a::release),
    cannot (all_states.without(time_wait), e::time_wait_timeout, "only TIME-WAIT runs it"),

    moves  (fin_wait_2,               e::orphan_timeout,    closed,      a::release,     "N28"),
    cannot (all_states.without(fin_wait_2), e::orphan_timeout, "only FIN-WAIT-2 runs it"),
    });
    // clang-format on
}

}  // namespace detail

inline constexpr transition_table rfc9293_table{detail::make_rfc9293_table()};

}  // namespace sluice
