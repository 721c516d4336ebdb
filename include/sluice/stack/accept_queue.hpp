// SPDX-License-Identifier: MIT
//
// The connections that wait in a listener to be accepted, first come first served, and how its application hears of
// them. They stand in a list through the links of those that have news, which are for whom somebody has accepted.
#pragma once

#include <sluice/stack/tables.hpp>

namespace sluice {

template <class Tcp>
void tell_listener(stack_tables<Tcp>& t, list_index l) {
    if (std::exchange(t.listeners[l].has_news, true)) return;
    t.listeners_telling.push_back(t.listeners, l);
}

template <class Tcp>
void wait_to_be_accepted(stack_tables<Tcp>& t, list_index l, list_index i) {
    auto& socket = t.sockets[i];
    socket.listener = l;
    listener& waiting = t.listeners[l];
    (waiting.latest == no_index ? waiting.longest_waiting : t.sockets[waiting.latest].telling.after) = i;
    socket.telling = {.before = waiting.latest, .after = no_index};
    waiting.latest = i;
    ++waiting.to_accept;
    tell_listener(t, l);
    t.settle(i);
}

/// no_index while nobody waits.
template <class Tcp>
list_index take_longest_waiting(stack_tables<Tcp>& t, list_index l) {
    listener& waiting = t.listeners[l];
    const list_index i = waiting.longest_waiting;
    if (i == no_index) return i;
    waiting.longest_waiting = t.sockets[i].telling.after;
    if (waiting.longest_waiting == no_index) waiting.latest = no_index;
    --waiting.to_accept;
    t.sockets[i].listener = no_index;
    return i;
}

/// RFC 9293 MAY-2: what was in TIME-WAIT between these two has surely been replaced.
template <class Tcp>
void end_former(stack_tables<Tcp>& t, const four_tuple& addresses, tuple_hash hash) {
    if (t.time_waits.size() == 0) return;
    if (const auto old = t.find_time_wait(addresses, hash)) {
        t.parting.remove(t.time_waits, old->index);
        t.by_address.erase(hash, old->number());
        t.time_waits.release(old->index);
    }
}

}  // namespace sluice
