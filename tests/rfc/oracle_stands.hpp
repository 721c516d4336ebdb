// SPDX-License-Identifier: MIT
//
// Every state a connection can stand in, reached through the wire, in several ways where they differ; beside each the
// RFC's variables as they must be then, worked out by hand. The endpoint's peer offers 60000 octets unless said
// otherwise, the endpoint itself as much as its receive buffer holds.
#pragma once

#include <functional>

#include <support/lab.hpp>

#include "oracle.hpp"

namespace oracle {

inline constexpr number peers_window = 60000;

/// What is examined: an endpoint, or a connection in a stack (oracle_stack.cpp).
template <class Tcp>
struct subject {
    using bench = lab::bench<Tcp>;
    static constexpr bool in_stack = false;
};
template <class Tcp>
using bench_of = typename subject<Tcp>::bench;
template <class Tcp>
inline constexpr bool in_stack = subject<Tcp>::in_stack;

template <class Tcp>
struct stand {
    const char* name;
    bench_of<Tcp> at;
    tcb is;
};

template <class Tcp>
inline constexpr number room_of = static_cast<number>(Tcp::buffers_policy::receive_buffer::capacity());

/// Moves like a peer: hand-made segments with numbers relative to the two ISSs.
template <class Tcp>
struct driver {
    bench_of<Tcp> at;

    void segment(sluice::tcp_flags flags, number seq, number ack, number text = 0, number window = peers_window) {
        at.arrives({.flags = flags,
                    .sequence = static_cast<std::uint32_t>(seq),
                    .acknowledgment = static_cast<std::uint32_t>(ack),
                    .text = peers_text(seq, seq + text),
                    .window = static_cast<std::uint16_t>(window),
                    .mss = flags.has(sluice::flag::syn) ? std::optional<std::uint16_t>(1460) : std::nullopt});
    }
    void send(number from, number to) {
        REQUIRE(at.send(own_text(from, to)).value_or(0) == static_cast<std::size_t>(to - from));
    }
};

/// A record has the RFC's variables but for a few (stack/half_open.hpp, stack/time_wait.hpp): of SYN-RECEIVED it
/// forgets the SYN's window, which the ACK replaces; of TIME-WAIT how large the peer's window ever was and where our
/// ISS was, so that an ACK may be as old as any can be (RFC 5961 section 5.2 allows it; N19 does not hold).
inline tcb as_record(tcb t) {
    if (t.state == syn_received_passive) t.wnd = t.max_wnd = 0;
    if (t.state == time_wait) {
        t.max_wnd = number{65535} << 14;
        t.before_iss = number{1} << 30;
        t.owned = false;
    }
    return t;
}

/// TIME-WAIT becomes a record when its application lets it go.
template <class Tcp>
stand<Tcp> let_go_of(stand<Tcp> s) {
    REQUIRE(s.at.close());
    s.is = as_record(s.is);
    return s;
}

template <class Tcp>
std::vector<stand<Tcp>> all_stands(const bench_of<Tcp>& fresh) {
    using sluice::flag::ack, sluice::flag::fin, sluice::flag::rst, sluice::flag::syn;
    static constexpr number W = room_of<Tcp>, P = peers_window;
    std::vector<stand<Tcp>> out;
    driver<Tcp> d{fresh};

    // Adds the driver's connection as a stand; the driver goes on from there.
    const auto add = [&](const char* name, const tcb& is) {
        REQUIRE_MESSAGE(std::string(sluice::name(d.at.state())) == printed(is.state), name);
        stand<Tcp> made{name, d.at, is};
        made.at.take();
        made.at.heard();
        out.push_back(made);
        if constexpr (in_stack<Tcp>) {
            if (is.state == time_wait) out.push_back(let_go_of(made));
        }
    };
    const auto restart = [&] { d.at = fresh; };
    const auto connect = [&] { REQUIRE(d.at.connect()); };
    const auto listens = [&] { REQUIRE(d.at.listen()); };
    const auto shutdown = [&] { REQUIRE(d.at.shutdown()); };
    const auto establish = [&](number window = peers_window) {
        restart();
        connect();
        d.segment(syn | ack, 0, 1, 0, window);
    };
    const auto fill = [&](number ack_number) {  // our receive buffer, in segments
        for (number seq = 1; seq <= W; seq += 1024)
            d.segment(ack, seq, ack_number, std::min<number>(1024, W + 1 - seq));
    };
    // Time goes by in TIME-WAIT, so that a restarted timer is told from an old one.
    const auto second = [&] { d.at.wait(std::chrono::seconds(1)); };

    // The variables after the handshake; stands differ from them by what happened since.
    const tcb in_syn_sent{.state = syn_sent, .una = 0, .nxt = 1};
    const tcb received{
        .state = syn_received_passive, .una = 0, .nxt = 1, .wnd = P, .max_wnd = P, .rcv_nxt = 1, .rcv_edge = 1 + W};
    const tcb open{.state = established,
                   .una = 1,
                   .nxt = 1,
                   .wnd = P,
                   .max_wnd = P,
                   .wl1 = 0,
                   .wl2 = 1,
                   .rcv_nxt = 1,
                   .rcv_edge = 1 + W};
    const auto with = [](tcb t, auto change) {
        change(t);
        return t;
    };

    // ---- CLOSED
    restart();
    add("CLOSED, never opened", {});
    connect();
    REQUIRE(d.at.abort());
    add("CLOSED, aborted", {.fate = answer::aborted});
    restart();
    connect();
    d.segment(syn | ack, 0, 1);
    d.segment(rst, 1, 0);
    add("CLOSED, reset", {.fate = answer::reset});

    // ---- LISTEN
    restart();
    listens();
    add("LISTEN", {.state = listen});
    d.segment(syn, 0, 0);
    d.segment(rst, 1, 0);
    add("LISTEN again, after a reset in SYN-RECEIVED", {.state = listen});

    // ---- SYN-SENT
    restart();
    connect();
    add("SYN-SENT", in_syn_sent);
    d.send(1, 4);
    add("SYN-SENT, text queued", with(in_syn_sent, [](tcb& t) { t.queued = 4; }));
    if constexpr (!in_stack<Tcp>) {  // there a listener stays one
        restart();
        listens();
        connect();
        add("SYN-SENT by way of LISTEN", in_syn_sent);
    }

    // ---- SYN-RECEIVED
    restart();
    listens();
    d.segment(syn, 0, 0);
    if constexpr (in_stack<Tcp>) {  // a record, which is nobody's yet
        add("SYN-RECEIVED, passive", as_record(received));
    } else {
        add("SYN-RECEIVED, passive", received);
        d.send(1, 4);
        add("SYN-RECEIVED, passive, text queued", with(received, [](tcb& t) { t.queued = 4; }));
        shutdown();
        add("SYN-RECEIVED, passive, CLOSE waits behind text",
            with(received, [](tcb& t) { t.queued = 4, t.close_waits = true; }));
    }
    restart();
    connect();
    d.segment(syn, 0, 0);
    const tcb crossed = with(received, [](tcb& t) { t.state = syn_received_active; });
    add("SYN-RECEIVED, simultaneous open", crossed);
    d.send(1, 4);
    add("SYN-RECEIVED, simultaneous open, text queued", with(crossed, [](tcb& t) { t.queued = 4; }));

    // ---- ESTABLISHED
    establish();
    add("ESTABLISHED, actively", open);
    restart();
    listens();
    d.segment(syn, 0, 0);
    d.segment(ack, 1, 1);
    d.send(1, 11);
    add("ESTABLISHED, passively, text in flight", with(open, [](tcb& t) { t.nxt = t.queued = 11, t.wl1 = 1; }));
    establish();
    d.send(1, 5);
    fill(1);
    const number last_fill = 1 + (W - 1) / 1024 * 1024;
    add("ESTABLISHED, own window shut",
        with(open, [&](tcb& t) { t.nxt = t.queued = 5, t.wl1 = last_fill, t.rcv_nxt = t.rcv_edge = 1 + W; }));
    establish();
    d.segment(ack, 5, 1, 4);
    const auto behind_gap = [](tcb& t) { t.held = {{5, 9}}, t.wl1 = 5; };
    add("ESTABLISHED, text behind a gap", with(open, behind_gap));
    establish();
    d.segment(ack | fin, 5, 1, 4);
    const auto fin_behind_gap = [](tcb& t) { t.held = {{5, 9}}, t.peers_fin = 9, t.wl1 = 5; };
    add("ESTABLISHED, text and FIN behind a gap", with(open, fin_behind_gap));
    establish(0);
    d.send(1, 11);
    const auto shut_out = [](tcb& t) { t.queued = 11, t.wnd = t.max_wnd = 0; };
    add("ESTABLISHED, text before the peer's shut window", with(open, shut_out));
    establish(100);
    for (number sent = 1; sent < 301; sent += 100) {
        d.send(sent, sent + 100);
        d.segment(ack, 1, sent + 100, 0, 100);
    }
    d.send(301, 311);
    add("ESTABLISHED, far from the ISS, small peer's window", with(open, [](tcb& t) {
            t.una = 301, t.nxt = t.queued = 311, t.wnd = t.max_wnd = 100, t.wl1 = 1, t.wl2 = 301;
        }));

    // ---- FIN-WAIT-1
    const auto finished = [](tcb& t) { t.state = fin_wait_1, t.fin_queued = true, t.nxt = t.queued + 1; };
    const auto both = [](auto first, auto then) { return [=](tcb& t) { first(t), then(t); }; };
    establish();
    shutdown();
    add("FIN-WAIT-1", with(open, finished));
    establish();
    d.send(1, 11);
    shutdown();
    const auto text_too = both([](tcb& t) { t.queued = 11; }, finished);
    add("FIN-WAIT-1, text in flight", with(open, text_too));
    if constexpr (!in_stack<Tcp>) {
        restart();
        listens();
        d.segment(syn, 0, 0);
        shutdown();
        add("FIN-WAIT-1 out of SYN-RECEIVED, the SYN not acknowledged", with(received, finished));
    }
    establish();
    fill(1);
    shutdown();
    const auto shut = [&](tcb& t) { t.wl1 = last_fill, t.rcv_nxt = t.rcv_edge = 1 + W; };
    add("FIN-WAIT-1, own window shut", with(open, both(shut, finished)));
    establish();
    d.segment(ack, 5, 1, 4);
    shutdown();
    add("FIN-WAIT-1, text behind a gap", with(open, both(behind_gap, finished)));
    establish(0);
    shutdown();
    const auto fin_unsent = [](tcb& t) { t.wnd = t.max_wnd = 0, t.fin_queued = true, t.state = fin_wait_1; };
    add("FIN-WAIT-1, FIN before the peer's shut window", with(open, fin_unsent));
    establish();
    REQUIRE(d.at.close());
    const auto let_go = [](tcb& t) { t.owned = false; };
    add("FIN-WAIT-1, let go", with(open, both(finished, let_go)));

    // ---- FIN-WAIT-2
    const auto acknowledged = [](tcb& t) { t.state = fin_wait_2, t.una = t.wl2 = t.nxt; };
    const auto half_closed = both(finished, acknowledged);
    d.segment(ack, 1, 2);
    add("FIN-WAIT-2, let go", with(open, both(both(half_closed, let_go), [](tcb& t) { t.wl1 = 1; })));
    establish();
    shutdown();
    d.segment(ack, 1, 2);
    const tcb in_fin_wait_2 = with(open, both(half_closed, [](tcb& t) { t.wl1 = 1; }));
    add("FIN-WAIT-2", in_fin_wait_2);
    fill(2);
    add("FIN-WAIT-2, own window shut", with(in_fin_wait_2, shut));
    establish();
    shutdown();
    d.segment(ack | fin, 5, 2, 4);
    add("FIN-WAIT-2, text and FIN behind a gap", with(in_fin_wait_2, fin_behind_gap));

    // ---- CLOSE-WAIT
    const auto peer_closed_at = [](number at, number window_left) {
        return [=](tcb& t) { t.peers_fin = at, t.rcv_nxt = at + 1, t.rcv_edge = at + 1 + window_left; };
    };
    const auto waits = both(peer_closed_at(1, W - 1), [](tcb& t) { t.state = close_wait, t.wl1 = 1; });
    establish();
    d.segment(ack | fin, 1, 1);
    add("CLOSE-WAIT", with(open, waits));
    d.send(1, 11);
    add("CLOSE-WAIT, text in flight", with(open, both(waits, [](tcb& t) { t.nxt = t.queued = 11; })));
    establish(0);
    d.segment(ack | fin, 1, 1, 0, 0);
    d.send(1, 11);
    add("CLOSE-WAIT, text before the peer's shut window", with(open, both(waits, shut_out)));
    establish();
    fill(1);
    d.segment(ack | fin, 1 + W, 1);
    const auto full = both(shut, peer_closed_at(1 + W, 0));
    const auto wl1_at_fin = [=](tcb& t) { t.wl1 = 1 + W; };
    add("CLOSE-WAIT, own window shut", with(open, both(full, [=](tcb& t) { t.state = close_wait, wl1_at_fin(t); })));

    // ---- CLOSING
    establish();
    shutdown();
    d.segment(ack | fin, 1, 1);
    const auto crossing = both(peer_closed_at(1, W - 1), [](tcb& t) { t.state = closing, t.wl1 = 1; });
    add("CLOSING", with(open, both(finished, crossing)));
    establish();
    d.send(1, 11);
    shutdown();
    d.segment(ack | fin, 1, 1);
    add("CLOSING, text in flight", with(open, both(text_too, crossing)));
    establish(0);
    shutdown();
    d.segment(ack | fin, 1, 1, 0, 0);
    add("CLOSING, FIN before the peer's shut window", with(open, both(fin_unsent, crossing)));

    // ---- LAST-ACK
    const auto last = [](tcb& t) { t.state = last_ack; };
    establish();
    d.segment(ack | fin, 1, 1);
    shutdown();
    add("LAST-ACK", with(open, both(both(finished, waits), last)));
    establish();
    d.segment(ack | fin, 1, 1, 0);
    d.send(1, 11);
    shutdown();
    add("LAST-ACK, text in flight", with(open, both(both(text_too, waits), last)));
    establish(0);
    d.segment(ack | fin, 1, 1, 0, 0);
    shutdown();
    add("LAST-ACK, FIN before the peer's shut window", with(open, both(both(fin_unsent, waits), last)));
    establish();
    d.segment(ack, 1, 1, 4);
    d.segment(ack | fin, 5, 1);
    shutdown();
    add("LAST-ACK, unread text",
        with(open, both(both(finished, peer_closed_at(5, W - 5)), [](tcb& t) { t.state = last_ack, t.wl1 = 5; })));

    // ---- TIME-WAIT
    const auto waiting = [](tcb& t) { t.state = time_wait; };
    establish();
    shutdown();
    d.segment(ack, 1, 2);
    d.segment(ack | fin, 1, 2);
    second();
    add("TIME-WAIT by way of FIN-WAIT-2", with(in_fin_wait_2, both(peer_closed_at(1, W - 1), waiting)));
    establish();
    shutdown();
    d.segment(ack | fin, 1, 1);
    d.segment(ack, 2, 2);
    second();
    add("TIME-WAIT by way of CLOSING",
        with(in_fin_wait_2, both(peer_closed_at(1, W - 1), [](tcb& t) { t.state = time_wait, t.wl1 = 2; })));
    establish();
    shutdown();
    d.segment(ack | fin, 1, 2);
    second();
    add("TIME-WAIT out of FIN-WAIT-1 by one segment", with(in_fin_wait_2, both(peer_closed_at(1, W - 1), waiting)));
    establish();
    shutdown();
    fill(2);
    d.segment(ack | fin, 1 + W, 2);
    second();
    add("TIME-WAIT, own window shut",
        with(in_fin_wait_2, both(full, [=](tcb& t) { t.state = time_wait, wl1_at_fin(t); })));
    return out;
}

// In 23 of them something of ours is unacknowledged: they have two timeouts more than the user's, the others one.
// In a stack four of these are missing, and four records of TIME-WAIT come on top.
template <class Tcp>
inline constexpr int stand_count = in_stack<Tcp> ? 46 - 4 + 4 : 46;
template <class Tcp>
inline constexpr int busy_stands = in_stack<Tcp> ? 23 - 4 : 23;
template <class Tcp>
inline constexpr int timeout_cells = stand_count<Tcp> + busy_stands<Tcp> * 2 + (stand_count<Tcp> - busy_stands<Tcp>);

}  // namespace oracle
