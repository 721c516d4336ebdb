// SPDX-License-Identifier: MIT
//
// TIME-WAIT for many connections (RFC 9293 section 3.6.1): records in the order in which they end, and what arrives for
// them; also a SYN that begins a new incarnation (RFC 6191).
#pragma once

#include <sluice/stack/passive.hpp>

namespace sluice {

template <class Tcp>
void remove_time_wait(stack_tables<Tcp>& t, list_index w) {
    const time_wait& record = t.time_waits[w];
    t.by_address.erase({record.local(), record.remote()}, filed{record_kind::time_wait, w}.number());
    t.parting.remove(t.time_waits, w);
    t.time_waits.release(w);
}

/// What comes for a connection in TIME-WAIT comes to a record from now on. False, and nothing has changed, without
/// memory for one. If its application has held it until now, others that began their two MSL later may be records
/// already: it ends with the last of them, so that the records stay in order at no cost.
template <class Tcp>
bool file_as_record(stack_tables<Tcp>& t, list_index i) {
    auto& socket = t.sockets[i];
    if (t.time_waits.size() >= t.env.settings.limits.most_time_waits && !t.parting.empty()) {
        remove_time_wait(t, t.parting.front());
        ++t.env.count.time_waits_recycled;
    }
    time_wait record = fold_time_wait(socket.tcp.variables(), t.env);
    if (!t.parting.empty()) {
        const time_wait& last = t.time_waits[t.parting.back()];
        if (record.due().near(t.env.now) < last.due().near(t.env.now)) record.end = last.end;
    }
    const auto w = t.time_waits.take(record);
    if (!w) return false;
    t.by_address.change({socket.tcp.local(), socket.tcp.remote()}, filed{record_kind::connection, i}.number(),
                        filed{record_kind::time_wait, *w}.number());
    t.parting.push_back(t.time_waits, *w);
    socket.is_filed = false;
    return true;
}

/// A connection in TIME-WAIT that nobody holds any more becomes a record; without memory it stays as it is.
template <class Tcp>
void part(stack_tables<Tcp>& t, list_index i) {
    if (t.sockets[i].is_filed && !file_as_record(t, i)) return;
    t.release(i);
    t.scratch();  // for what comes to the record
}

/// Who listens for a segment that would open a connection.
template <class Tcp>
list_index find_listener_for(const stack_tables<Tcp>& t, const four_tuple& addresses, const segment& s) {
    const bool opens = s.has(flag::syn) && !s.flags.has_any(flag::ack | flag::rst);
    return opens ? t.find_listener(addresses.local) : no_index;
}

/// A SYN for a connection in TIME-WAIT that is no record: its application has not let it go, or only just. RFC 6191 and
/// MAY-2 hold for it as well. It is a record from then on, since a SYN may be forged; and whoever has the handle can
/// still read what had come. False: the connection's, like any segment.
template <class Tcp>
bool arrives_before_parting(stack_tables<Tcp>& t, list_index i, const four_tuple& addresses, tuple_hash hash,
                            const ip_meta& ip, const segment& s) {
    control_block<Tcp>& c = t.sockets[i].tcp.variables();
    const list_index l = find_listener_for(t, addresses, s);
    if (c.state != state::time_wait || l == no_index) return false;
    const time_wait record = fold_time_wait(c, t.env);
    if (!begins_anew(record, s, t.env) || !file_as_record(t, i)) return true;
    c.ack_now = false;  // the peer waits for nothing of the former incarnation
    arrives_in_listen(t, l, addresses, hash, ip, s, record.snd_nxt);
    return true;
}

template <class Tcp>
void arrives_in_time_wait(stack_tables<Tcp>& t, list_index w, const four_tuple& addresses, tuple_hash hash,
                          const ip_meta& ip, const segment& s) {
    if (const list_index l = find_listener_for(t, addresses, s); l != no_index) {
        if (!begins_anew(t.time_waits[w], s, t.env)) return;  // RFC 6191: dropped without a word
        return arrives_in_listen(t, l, addresses, hash, ip, s, t.time_waits[w].snd_nxt);
    }
    const list_index i = t.scratch();
    if (i == no_index) return;
    auto& tcp = t.sockets[i].tcp;
    unfold(t.time_waits[w], tcp.variables(), t.env);
    const instant end = tcp.next_deadline();
    tcp.on_segment(t.env, ip, s);
    t.emit(tcp);
    if (tcp.state() == state::time_wait) {
        const list_link place = t.time_waits[w].in_turn;
        t.time_waits[w] = fold_time_wait(tcp.variables(), t.env);
        t.time_waits[w].in_turn = place;
        if (tcp.next_deadline() != end) {  // its two MSL have begun again: it is the last to end
            t.parting.remove(t.time_waits, w);
            t.parting.push_back(t.time_waits, w);
        }
    } else {
        remove_time_wait(t, w);
    }
    t.fold_up();
}

/// Two MSL are over.
template <class Tcp>
void depart(stack_tables<Tcp>& t, list_index w) {
    state last = state::time_wait;
    control_block<Tcp>::machine::template fire<event::time_wait_timeout>(last, [&]<class Answer>(Answer) {
        t.env.observe().on_transition(
            {.now = t.env.now, .from = state::time_wait, .to = last, .on = event::time_wait_timeout});
    });
    remove_time_wait(t, w);
}

}  // namespace sluice
