// SPDX-License-Identifier: MIT
// The compile-time machine as connection/transitions.hpp uses it: the table answers, one function does what it says.
#pragma once

#include <sluice/policy/lifecycle/full.hpp>

#include "machine_conversation.hpp"

namespace bench::by_table {

using namespace sluice;

template <class Answer>
void carry_out(conversation& c) {
    constexpr action_set actions = Answer::value.actions;
    if constexpr (actions.has(action::queue_fin)) c.queue_fin();
    if constexpr (actions.has(action::send_reset)) c.send_reset();
    if constexpr (actions.has(action::tell_connected)) c.tell_connected();
    if constexpr (actions.has(action::tell_closing)) c.tell_closing();
    if constexpr (actions.has(action::tell_reset)) c.tell_reset();
    if constexpr (actions.has(action::tell_refused)) c.tell_refused();
    if constexpr (actions.has(action::tell_timed_out)) c.tell_timed_out();
    if constexpr (actions.has(action::forget_peer)) c.forget_peer();
    if constexpr (actions.has(action::start_time_wait)) c.start_time_wait();
    if constexpr (actions.has(action::release)) c.release();
}

template <event Event>
error fire(state& now, conversation& c) {
    return machine<full>::fire<Event>(now, [&]<class Answer>(Answer) { carry_out<Answer>(c); });
}

}  // namespace bench::by_table
