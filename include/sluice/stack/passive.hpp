// SPDX-License-Identifier: MIT
//
// From a SYN to a connection that can be accepted: LISTEN and SYN-RECEIVED (RFC 9293 sections 3.10.7.2 and 3.10.7.4)
// for many at once, as half-open records while the backlog holds them, as SYN cookies beyond it (RFC 4987).
#pragma once

#include <sluice/stack/asking.hpp>

namespace sluice {

/// A cookie is believed so long after the last one left: as long as it is good.
inline constexpr duration cookie_memory = syn_cookies::step * syn_cookies::steps;

// ---- half-open records ----------------------------------------------------------------------------------------------

template <class Tcp>
void remove_half_open(stack_tables<Tcp>& t, list_index h) {
    const half_open& record = t.half_opens[h];
    t.by_address.erase({record.local(), record.remote()}, filed{record_kind::half_open, h}.number());
    t.answering[record.tries].remove(t.half_opens, h);
    if (const list_index l = t.find_listener(record.local()); l != no_index && t.listeners[l].half_open > 0)
        --t.listeners[l].half_open;
    t.half_opens.release(h);
}

/// A new listener may be nearer to some of them than the one they came to.
template <class Tcp>
void recount_half_open(stack_tables<Tcp>& t) {
    t.listeners.for_each([](list_index, listener& l) { l.half_open = 0; });
    t.half_opens.for_each([&](list_index, half_open& record) {
        if (const list_index l = t.find_listener(record.local()); l != no_index) ++t.listeners[l].half_open;
    });
}

/// What is unfolded goes back into its record.
template <class Tcp>
void fold_again(stack_tables<Tcp>& t, list_index h) {
    half_open& record = t.half_opens[h];
    t.emit(t.sockets[t.unfolded].tcp);
    const half_open now = fold_half_open(t.sockets[t.unfolded].tcp.variables(), t.env);
    const bool moves = now.due() != record.due();
    if (moves) t.answering[record.tries].remove(t.half_opens, h);
    const list_link place = record.in_turn;
    record = now;
    record.in_turn = place;
    if (moves) t.answering[record.tries].push_back(t.half_opens, h);
    t.fold_up();
}

/// The handshake is over: what is unfolded is a connection, and waits to be accepted.
template <class Tcp>
void hand_over(stack_tables<Tcp>& t, list_index l, const four_tuple& addresses, tuple_hash hash) {
    const list_index i = std::exchange(t.unfolded, no_index);
    t.scratch();  // there is room for it
    end_former(t, addresses, hash);
    t.recall_path(i);
    t.sockets[i].is_filed = true;
    wait_to_be_accepted(t, l, i);
}

/// After a segment or a timeout: is it half open still, a connection, or nothing any more?
template <class Tcp>
void judge_half_open(stack_tables<Tcp>& t, list_index h) {
    const state now = t.sockets[t.unfolded].tcp.state();
    if (now == state::syn_received_passive) return fold_again(t, h);
    const four_tuple addresses{t.half_opens[h].local(), t.half_opens[h].remote()};
    if (now == state::listen || now == state::closed) {
        remove_half_open(t, h);
        return t.fold_up();
    }
    const list_index l = t.find_listener(addresses.local);
    const tuple_hash hash = t.by_address.hash(addresses);
    remove_half_open(t, h);
    // One entry has just gone: there is room.
    [[maybe_unused]] const auto filed_now =
        t.by_address.insert(hash, filed{record_kind::connection, t.unfolded}.number());
    assert(filed_now);
    hand_over(t, l, addresses, hash);
}

template <class Tcp>
std::optional<half_open> read_cookie(const stack_tables<Tcp>& t, const four_tuple& addresses, const segment& s);

template <class Tcp>
void arrives_for_half_open(stack_tables<Tcp>& t, list_index h, const four_tuple& addresses, const ip_meta& ip,
                           const segment& s) {
    half_open record = t.half_opens[h];
    const bool may_complete = s.has(flag::ack) && !s.has(flag::rst);
    if (may_complete) {
        const listener& l = t.listeners[t.find_listener(addresses.local)];
        if (l.is_full() || !t.has_room_for_connection()) {
            ++t.env.count.accept_overflows;  // its SYN,ACK leaves again; by then there may be room
            return;
        }
        // Its SYN was answered with a cookie that was slow, and came again when there was room for a record: of two
        // SYN,ACKs the peer believed the first. RFC 9293 section 3.10.7.4 would reset it for the number of the other.
        if (s.acknowledgment != record.iss + 1 && !s.has(flag::syn) && t.env.now < l.cookies_until) {
            const auto cookie = read_cookie(t, addresses, s);
            if (cookie)
                record = *cookie;
            else if (s.length() > 0)
                return;  // the cookie's ACK may come yet (see arrives_with_cookie)
            t.env.count.cookies_accepted += cookie.has_value();
        }
    }
    const list_index i = t.scratch();
    if (i == no_index || !unfold(record, t.sockets[i].tcp.variables(), t.env)) return;
    t.sockets[i].tcp.on_segment(t.env, ip, s);
    judge_half_open(t, h);
}

/// Its SYN,ACK could not leave for want of memory, which is no reason to forget it: after the same time as now once
/// more.
template <class Tcp>
void postpone_answer(stack_tables<Tcp>& t, list_index h) {
    half_open& record = t.half_opens[h];
    auto rtt = t.env.settings.rtt;
    for (unsigned i = 0; i < record.tries; ++i)
        if constexpr (requires { rtt.on_timeout(); }) rtt.on_timeout();
    auto& waiting = t.answering[record.tries];
    waiting.remove(t.half_opens, h);
    record.leaves_again(half_open::time(t.env.now + std::min<duration>(rtt.rto(), half_open::time::longest_ahead)));
    waiting.push_back(t.half_opens, h);
}

/// Our SYN,ACK is due again.
template <class Tcp>
void answer_again(stack_tables<Tcp>& t, list_index h) {
    const list_index i = t.scratch();
    if (i == no_index || !unfold(t.half_opens[h], t.sockets[i].tcp.variables(), t.env)) return postpone_answer(t, h);
    t.sockets[i].tcp.on_deadline(t.env);
    judge_half_open(t, h);
}

// ---- cookies --------------------------------------------------------------------------------------------------------

/// Without timestamps nothing but the MSS can be remembered.
template <class Tcp>
void answer_with_cookie(stack_tables<Tcp>& t, listener& l, const segment& syn) {
    auto& tcp = t.sockets[t.unfolded].tcp;
    control_block<Tcp>& c = tcp.variables();
    const std::uint16_t unstated = c.remote.address.is_v4() ? default_mss_v4 : default_mss_v6;
    if constexpr (Tcp::uses_ecn) c.ecn.resume(0);  // nobody will remember what it has offered
    number_from(c, t.cookies.make(c.local, c.remote, c.rcv.irs, syn.options.mss.value_or(unstated), t.env.now));
    if (c.uses_timestamps()) {
        if constexpr (Tcp::options::timestamps) {
            cookie_options offered{.sack = c.uses_sack()};
            if (c.agreed.window_scale) offered.window_scale = c.agreed.send_shift;
            const std::uint32_t clock = c.clock.value(t.env.now);
            c.clock.set_back(clock - encode_options(clock, offered));
        }
    } else {
        c.agreed = {};
    }
    l.cookies_until = t.env.now + cookie_memory;
    ++t.env.count.cookies_sent;
    t.emit(tcp);
}

/// What the ACK of a cookie says of the SYN before it.
template <class Tcp>
std::optional<half_open> read_cookie(const stack_tables<Tcp>& t, const four_tuple& addresses, const segment& s) {
    const seq irs = s.sequence - 1, iss = s.acknowledgment - 1;
    const auto mss = t.cookies.mss_of(addresses.local, addresses.remote, irs, iss, t.env.now);
    if (!mss) return {};
    half_open out{.local_address = addresses.local.address,
                  .remote_address = addresses.remote.address,
                  .local_port = addresses.local.port,
                  .remote_port = addresses.remote.port,
                  .iss = iss,
                  .irs = irs};
    out.leaves_again(half_open::time(t.env.now + t.env.settings.rtt.rto()));
    out.mss = *mss;
    out.resent = 1;
    if (s.options.timestamps && Tcp::options::timestamps && t.env.settings.limits.timestamps) {
        const cookie_options offered = decode_options(s.options.timestamps->echo);
        out.timestamps = 1;
        out.timestamp = s.options.timestamps->value;
        out.shift = offered.window_scale.value_or(half_open::no_shift) & 0xf;
        out.sack = offered.sack;
    }
    return out;
}

/// True when that was all: the segment was the ACK of a cookie, or may be followed by it.
template <class Tcp>
bool arrives_with_cookie(stack_tables<Tcp>& t, list_index l, const four_tuple& addresses, tuple_hash hash,
                         const ip_meta& ip, const segment& s) {
    // It comes again; by then there may be room. Only cookies make it worth waiting for, but whose it is is not even
    // read: what comes behind a cookie that was dropped here carries none.
    if (t.listeners[l].is_full()) {
        ++t.env.count.accept_overflows;
        return true;
    }
    const auto record = read_cookie(t, addresses, s);
    if (!record) {
        ++t.env.count.cookies_refused;
        // The peer of a cookie is in SYN-RECEIVED, though nobody here remembers it. There text or a FIN behind a gap,
        // which acknowledges our SYN, is acceptable (RFC 9293 section 3.10.7.4, first and fifth), and a RST would end a
        // good connection: the ACK before it was lost, or dropped above. What lies before the gap comes again, the
        // cookie with it. An ACK that occupies no sequence space has nothing before it but what brought a connection
        // back: nobody's.
        return s.length() > 0;
    }
    const list_index i = t.scratch();
    // Without memory it is as if it had been lost on its way, before it has acknowledged anything.
    if (i == no_index || !t.has_room_for_connection() || !t.by_address.reserve(t.by_address.size() + 1)) return true;
    if (!unfold(*record, t.sockets[i].tcp.variables(), t.env)) return true;
    t.sockets[i].tcp.on_segment(t.env, ip, s);
    if (!synchronized.has(t.sockets[i].tcp.state())) return t.fold_up(), true;
    [[maybe_unused]] const auto filed_now = t.by_address.insert(hash, filed{record_kind::connection, i}.number());
    assert(filed_now);
    ++t.env.count.cookies_accepted;
    hand_over(t, l, addresses, hash);
    return true;
}

// ---- LISTEN ---------------------------------------------------------------------------------------------------------

/// `beyond`: where the sequence numbers of a former incarnation end, ours must begin further on (RFC 9293 MAY-2).
template <class Tcp>
void arrives_in_listen(stack_tables<Tcp>& t, list_index index, const four_tuple& addresses, tuple_hash hash,
                       const ip_meta& ip, const segment& s, std::optional<seq> beyond = {}) {
    listener& l = t.listeners[index];
    const bool may_complete = s.has(flag::ack) && !s.flags.has_any(flag::rst | flag::syn);
    if (may_complete && t.env.now < l.cookies_until && arrives_with_cookie(t, index, addresses, hash, ip, s)) return;
    if (s.has(flag::syn) && l.is_full()) return void(++t.env.count.accept_overflows);
    if (l.options.asks && s.has(flag::syn) && !s.flags.has_any(flag::ack | flag::rst | flag::fin))
        return ask(t, index, addresses, hash, ip, s, beyond);
    if (s.has(flag::syn) && t.env.replies.full()) return void(++t.env.count.syns_dropped);
    const list_index i = t.scratch();
    if (i == no_index) return void(++t.env.count.syns_dropped);
    auto& tcp = t.sockets[i].tcp;
    control_block<Tcp>& c = tcp.variables();
    open_conversation(c, t.env);
    c.listen_on(l.local);
    c.state = state::listen;
    tcp.on_segment(t.env, ip, s);
    if (c.state != state::syn_received_passive) return t.fold_up();

    if (beyond && !(*beyond < c.snd.iss)) number_from(c, *beyond + 65537);
    if (l.half_open >= l.options.backlog) {
        if (l.options.cookies && !beyond)  // the ACK of a cookie would find the former incarnation
            answer_with_cookie(t, l, s);
        else
            ++t.env.count.syns_dropped;
        return t.fold_up();
    }
    const auto h = t.half_opens.take();
    if (!h || !t.by_address.insert(hash, filed{record_kind::half_open, *h}.number())) {
        if (h) t.half_opens.release(*h);
        ++t.env.count.syns_dropped;
        return t.fold_up();
    }
    ++l.half_open;
    if (beyond) ++t.env.count.reincarnations;
    t.emit(tcp);
    t.half_opens[*h] = fold_half_open(c, t.env);
    t.answering[t.half_opens[*h].tries].push_back(t.half_opens, *h);
    t.fold_up();
}

/// Half-open connections and unaccepted ones end with their listener.
template <class Tcp>
void close_listener(stack_tables<Tcp>& t, list_index index) {
    listener& l = t.listeners[index];
    for (list_index i = l.longest_waiting; i != no_index;) {
        const list_index next = t.sockets[i].telling.after;
        static_cast<void>(t.sockets[i].tcp.abort(t.env));
        if (t.is_held_back(i)) t.let_leave(i);
        t.release(i);
        i = next;
    }
    t.half_opens.for_each([&](list_index h, half_open& record) {
        if (t.find_listener(record.local()) == index) remove_half_open(t, h);
    });
    if (l.has_news) t.listeners_telling.remove(t.listeners, index);
    t.by_address.erase({l.local, {}}, filed{record_kind::listener, index}.number());
    t.listeners.release(index);
}

}  // namespace sluice
