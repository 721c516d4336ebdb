// SPDX-License-Identifier: MIT
//
// The one place where a connection changes state: fire<event>() asks the machine, then carries out the transition's
// actions in the order of the enumeration. It does not know which segment or call led here.
#pragma once

#include <sluice/connection/control_block.hpp>
#include <sluice/connection/environment.hpp>

namespace sluice {

/// The error of a call that is refused, else none.
template <event Event, class Tcp>
constexpr error fire(control_block<Tcp>& c, environment<Tcp>& env) {
    const state before = c.state;
    return control_block<Tcp>::machine::template fire<Event>(c.state, [&]<class Answer>(Answer) {
        count_transition(env.count, before, c.state, Event);
        env.observe().on_transition({.now = env.now, .from = before, .to = c.state, .on = Event});
        carry_out<Answer>(c, env);
    });
}

/// What a row does besides moving, one action after the other as the enumeration orders them. `Answer` is the
/// machine's.
template <class Answer, class Tcp>
constexpr void carry_out(control_block<Tcp>& c, environment<Tcp>& env) {
    constexpr action_set actions = Answer::value.actions;
    if constexpr (actions.has(action::queue_fin)) c.fin_queued = true;
    if constexpr (actions.has(action::send_reset)) send_reset(c, env);
    if constexpr (actions.has(action::tell_connected)) c.tell(news::connected);
    if constexpr (actions.has(action::tell_closing)) c.tell(news::peer_closed);
    if constexpr (actions.has(action::tell_reset)) fail(c, env, error::reset);
    if constexpr (actions.has(action::tell_refused)) fail(c, env, error::refused);
    if constexpr (actions.has(action::tell_timed_out)) fail(c, env, reason_to_give_up(c));
    if constexpr (actions.has(action::forget_peer)) {
        const bool closed_meanwhile = c.close_waits;
        start_conversation(c, env);
        c.local = c.listening_on();
        c.remote = {};
        if (closed_meanwhile) fire<event::close>(c, env);  // 3.10.4 has accepted it; now it means LISTEN
    }
    if constexpr (actions.has(action::start_time_wait)) {
        c.stop_clocks();
        c.timer.set(timer::time_wait, env.now + 2 * env.settings.limits.msl);
    }
    if constexpr (actions.has(action::release)) {
        drop_conversation(c, env);
        c.ack_now = false;
        c.duplicate_acks = 0;
        c.tell(news::closed);
    }
}

/// As RFC 4022 counts the ways of connections.
constexpr void count_transition(counters& count, state from, state to, event on) {
    if (on == event::active_open) ++count.active_opens;
    if (on == event::syn_accepted && from == state::listen) ++count.passive_opens;
    const bool was_opening = from == state::syn_sent || syn_received.has(from);
    if (was_opening && (to == state::closed || to == state::listen)) ++count.attempt_fails;
    if (to == state::closed && (from == state::established || from == state::close_wait)) ++count.established_resets;
}

/// <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK> (3.10.5, N8), where the peer accepts that number.
template <class Tcp>
constexpr void send_reset(control_block<Tcp>& c, environment<Tcp>& env) {
    reply r{.local = c.local,
            .remote = c.remote,
            .sequence = c.snd.number_without_text(),
            .acknowledgment = c.rcv.nxt,
            .flags = flag::rst | flag::ack,
            .dscp = c.options.dscp,
            .hop_limit = c.options.hop_limit};
    if constexpr (Tcp::options::timestamps)
        if (c.agreed.timestamps) r.options.timestamps = {c.clock.value(env.now), c.clock.recent()};
    env.answer(r);
}

/// No answer, or what was heard instead of one to the oldest that is still out (N42).
template <class Tcp>
constexpr error reason_to_give_up(const control_block<Tcp>& c) {
    return c.path.soft_error != error::none && c.path.soft_error_at == c.snd.una ? c.path.soft_error : error::timed_out;
}

template <class Tcp>
constexpr void fail(control_block<Tcp>& c, environment<Tcp>& env, error why) {
    c.error = why;
    drop_received(c, env);  // 3.10.7.4 second: all segment queues are flushed
    c.tell(news::failed);
}

/// A call or a SYN opens a connection: nothing of a former one's end is left either.
template <class Tcp>
constexpr void open_conversation(control_block<Tcp>& c, environment<Tcp>& env) {
    start_conversation(c, env);
    c.options = env.settings.limits.connection;
    c.error = error::none;
    c.pending_news = {};
    c.owned = true;
}

/// A fresh conversation: everything that a former one left behind is gone, and policies begin with their settings.
template <class Tcp>
constexpr void start_conversation(control_block<Tcp>& c, environment<Tcp>& env) {
    drop_conversation(c, env);
    c.incoming.clear(env.pool);
    c.assembly.clear(env.pool);
    if constexpr (requires { c.incoming.start(env.settings.buffers); }) {
        c.outgoing.start(env.settings.buffers);
        c.incoming.start(env.settings.buffers);
    }
    static_cast<conversation_block<Tcp>&>(c) = {};
    c.congestion = env.settings.congestion;
    c.rtt = env.settings.rtt;
    c.recovery = env.settings.recovery;
    c.ack = env.settings.ack;
    c.ecn = env.settings.ecn;
    c.last_sent = c.last_received = c.challenges_since = env.now;
    c.last_stray_ack = env.now - env.settings.limits.stray_ack_interval;
}

/// Timers but TIME-WAIT's, queues and marks of a conversation that is over. What can be read stays; what waits for text
/// before it will never be.
template <class Tcp>
constexpr void drop_conversation(control_block<Tcp>& c, environment<Tcp>& env) {
    c.stop_clocks();
    c.flight.clear();
    c.flight.rest(env.pool);
    c.outgoing.clear(env.pool);
    c.assembly.forget_text(env.pool);
    if constexpr (requires { c.incoming.forget_beyond(env.pool); }) c.incoming.forget_beyond(env.pool);
    c.fin_queued = c.close_waits = c.wants_room = false;
    c.retransmit_now = c.probe_now = c.probing = c.override_now = c.keep_alive_now = false;
}

/// Text that nobody will read, in order or not.
template <class Tcp>
constexpr void drop_received(control_block<Tcp>& c, environment<Tcp>& env) {
    c.incoming.clear(env.pool);
    c.assembly.forget_text(env.pool);
}

}  // namespace sluice
