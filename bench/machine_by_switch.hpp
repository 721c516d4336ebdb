// SPDX-License-Identifier: MIT
// The same machine as somebody would write it who does not believe in tables: a function an event, a switch over the
// state in each. What cannot happen changes nothing, as in the table's machine.
#pragma once

#include "machine_conversation.hpp"

namespace bench::by_switch {

using namespace sluice;
using enum state;

template <event Event>
error fire(state& now, conversation& c);

template <>
inline error fire<event::passive_open>(state& now, conversation&) {
    if (now != closed) return error::already_open;
    now = listen;
    return error::none;
}

template <>
inline error fire<event::active_open>(state& now, conversation&) {
    if (now != closed && now != listen) return error::already_open;
    now = syn_sent;
    return error::none;
}

template <>
inline error fire<event::send>(state& now, conversation&) {
    switch (now) {
        case closed: return error::not_open;
        case listen: return error::remote_unspecified;
        case fin_wait_1:
        case fin_wait_2:
        case closing:
        case last_ack:
        case time_wait: return error::closing;
        default: return error::none;
    }
}

template <>
inline error fire<event::receive>(state& now, conversation&) {
    switch (now) {
        case closed: return error::not_open;
        case close_wait:
        case closing:
        case last_ack:
        case time_wait: return error::closing;
        default: return error::none;
    }
}

template <>
inline error fire<event::close>(state& now, conversation& c) {
    switch (now) {
        case closed: return error::not_open;
        case listen:
        case syn_sent:
            now = closed;
            c.release();
            return error::none;
        case syn_received_passive:
        case syn_received_active:
        case established:
            now = fin_wait_1;
            c.queue_fin();
            return error::none;
        case close_wait:
            now = last_ack;
            c.queue_fin();
            return error::none;
        default: return error::closing;
    }
}

template <>
inline error fire<event::abort>(state& now, conversation& c) {
    switch (now) {
        case closed: return error::not_open;
        case syn_received_passive:
        case syn_received_active:
        case established:
        case fin_wait_1:
        case fin_wait_2:
        case close_wait: c.send_reset(); [[fallthrough]];
        default:
            now = closed;
            c.release();
            return error::none;
    }
}

template <>
inline error fire<event::syn_accepted>(state& now, conversation&) {
    if (now == listen)
        now = syn_received_passive;
    else if (now == syn_sent)
        now = syn_received_active;
    return error::none;
}

template <>
inline error fire<event::ack_of_syn>(state& now, conversation& c) {
    switch (now) {
        case syn_sent:
        case syn_received_passive:
        case syn_received_active:
            now = established;
            c.tell_connected();
            break;
        default: break;
    }
    return error::none;
}

template <>
inline error fire<event::ack_of_fin>(state& now, conversation& c) {
    switch (now) {
        case fin_wait_1: now = fin_wait_2; break;
        case closing:
            now = time_wait;
            c.start_time_wait();
            break;
        case last_ack:
            now = closed;
            c.release();
            break;
        default: break;
    }
    return error::none;
}

template <>
inline error fire<event::fin>(state& now, conversation& c) {
    switch (now) {
        case established:
            now = close_wait;
            c.tell_closing();
            break;
        case fin_wait_1:
            now = closing;
            c.tell_closing();
            break;
        case fin_wait_2:
            now = time_wait;
            c.tell_closing();
            c.start_time_wait();
            break;
        case time_wait: c.start_time_wait(); break;
        default: break;
    }
    return error::none;
}

template <>
inline error fire<event::reset>(state& now, conversation& c) {
    switch (now) {
        case syn_sent:
        case syn_received_active:
            now = closed;
            c.tell_refused();
            c.release();
            break;
        case syn_received_passive:
            now = listen;
            c.forget_peer();
            break;
        case established:
        case fin_wait_1:
        case fin_wait_2:
        case close_wait:
            now = closed;
            c.tell_reset();
            c.release();
            break;
        case closing:
        case last_ack:
            now = closed;
            c.release();
            break;
        default: break;
    }
    return error::none;
}

template <>
inline error fire<event::syn_in_window>(state& now, conversation& c) {
    if (now != syn_received_passive) return error::none;
    now = listen;
    c.forget_peer();
    return error::none;
}

template <>
inline error fire<event::user_timeout>(state& now, conversation& c) {
    switch (now) {
        case closed:
        case listen:
        case time_wait: break;
        default:
            now = closed;
            c.tell_timed_out();
            c.release();
            break;
    }
    return error::none;
}

template <>
inline error fire<event::retries_exhausted>(state& now, conversation& c) {
    switch (now) {
        case closed:
        case listen:
        case time_wait: break;
        case syn_received_passive:
            now = listen;
            c.forget_peer();
            break;
        default:
            now = closed;
            c.tell_timed_out();
            c.release();
            break;
    }
    return error::none;
}

template <>
inline error fire<event::time_wait_timeout>(state& now, conversation& c) {
    if (now != time_wait) return error::none;
    now = closed;
    c.release();
    return error::none;
}

template <>
inline error fire<event::orphan_timeout>(state& now, conversation& c) {
    if (now != fin_wait_2) return error::none;
    now = closed;
    c.release();
    return error::none;
}

}  // namespace bench::by_switch
