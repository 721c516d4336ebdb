// SPDX-License-Identifier: MIT
//
// SYNs to a listener that asks (listen_options::asks): each is a connection that can be accepted at once, and says
// nothing until its application has decided. To go on is an active OPEN from LISTEN (RFC 9293 section 3.10.1), of which
// the peer's SYN arrives before our own has left: a simultaneous open (3.5), whose SYN,ACK is all that the peer sees of
// it, and whose failure is told, since somebody waits for it. To refuse is an ABORT (3.10.5).
#pragma once

#include <sluice/connection/negotiation.hpp>
#include <sluice/stack/accept_queue.hpp>

namespace sluice {

/// `beyond`: as for any SYN, see arrives_in_listen. What comes again meanwhile is the connection's, and says nothing
/// new. No cookie could ask twice: beyond the backlog SYNs are dropped.
template <class Tcp>
void ask(stack_tables<Tcp>& t, list_index l, const four_tuple& addresses, tuple_hash hash, const ip_meta& ip,
         const segment& syn, std::optional<seq> beyond) {
    const auto i = t.has_room_for_connection() ? t.sockets.take() : result<list_index>(error::insufficient_resources);
    if (!i) return void(++t.env.count.syns_dropped);
    auto& socket = t.sockets[*i];
    if (!socket.tcp.connect(t.env, addresses.local, addresses.remote) ||
        !t.by_address.insert(hash, filed{record_kind::connection, *i}.number())) {
        t.release(*i);
        return void(++t.env.count.syns_dropped);
    }
    socket.is_filed = true;
    t.recall_path(*i);
    socket.tcp.on_segment(t.env, ip, syn);
    if (auto& c = socket.tcp.variables(); beyond && !(*beyond < c.snd.iss)) {
        number_from(c, *beyond + 65537);
        ++t.env.count.reincarnations;
    }
    t.hold_back(*i);
    wait_to_be_accepted(t, l, *i);
}

/// A SYN with another number before the application has decided: the peer has begun anew, or the former came from long
/// ago. Nothing of ours has answered it, so that for the peer we are in LISTEN, which takes any SYN (RFC 9293 section
/// 3.10.7.2) but one that TIME-WAIT would refuse (RFC 6191 section 2). There is nothing yet that a challenge would
/// protect (RFC 5961 section 4.2): of a forged one the peer's next SYN makes as little. A SYN,ACK of the former would
/// be answered with a RST (3.10.7.3). Who asks, and what is queued for it, stays the same. False: it is none.
template <class Tcp>
bool asks_anew(stack_tables<Tcp>& t, list_index i, const four_tuple& addresses, tuple_hash hash, const ip_meta& ip,
               const segment& s) {
    control_block<Tcp>& c = t.sockets[i].tcp.variables();
    if (!t.is_held_back(i) || s.flags.has_any(flag::ack | flag::rst | flag::fin) || s.sequence == c.rcv.irs)
        return false;
    t.env.observe().on_received(s);
    c.totals.segments_in += s.segments;
    const auto former = t.find_time_wait(addresses, hash);
    if (former && !begins_anew(t.time_waits[former->index], s, t.env)) return true;
    const send_space before = c.snd;
    c.agreed = {};
    c.peer_user_timeout = 0;
    choose_own_side(c, t.env, before.iss);
    c.snd.up = before.up;
    c.snd.urgent = before.urgent;
    c.ecn = t.env.settings.ecn;
    take_syn(c, t.env, s);
    hear_ecn_of_syn(c, ip, s);
    return true;
}

/// What was held back leaves: a SYN,ACK, or after abort() a RST.
template <class Tcp>
void answer(stack_tables<Tcp>& t, list_index i) {
    const four_tuple addresses{t.sockets[i].tcp.local(), t.sockets[i].tcp.remote()};
    end_former(t, addresses, t.by_address.hash(addresses));
    t.let_leave(i);
}

}  // namespace sluice
