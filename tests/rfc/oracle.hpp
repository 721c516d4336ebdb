// SPDX-License-Identifier: MIT
//
// The oracle: what RFC 9293 section 3.10 says happens to one connection, written from its text and from the notes N1 to
// N38 that decide what it leaves open (where a note and the text differ, the note holds). It includes nothing of
// sluice: states, events and expectations are its own. Sequence numbers are relative to the ISS of their sender and
// never wrap; that the code gets the same results with numbers that do is for the test to try.
//
// Where sluice leaves the text on purpose, and the oracle with it:
// - A SYN with text or FIN but without ACK is taken without them: neither acknowledged nor queued, the peer sends them
//   again (N25 for LISTEN; the same reason in SYN-SENT, where the text would queue them).
// - RECEIVE in CLOSING, LAST-ACK and TIME-WAIT still delivers what came before the FIN, then says "closing" (N28).
// - SEND and RECEIVE never wait: what the text queues is refused with would_block when there is nothing (RECEIVE).
// - After the application let go of a connection (close), RECEIVE says "closing" where it would have to wait. Letting
// go
//   of what is shut down already is no error, as a second CLOSE would be.
// - After a connection was reset, refused, timed out or aborted, calls name that until the next OPEN, not E2.
// - LISTEN never names a remote socket, so SEND there is always E4.
// - R2 in SYN-RECEIVED of a passive OPEN goes back to LISTEN, as a reset does: one lost peer ends no LISTEN.
// - The user timeout can't occur in CLOSED, LISTEN, FIN-WAIT-2 and TIME-WAIT, nor elsewhere while nothing of ours is
//   unacknowledged: there is nothing that it could count from (N23).
// - A FIN that stands at the right edge, right behind text that fills the window, is taken with it, although the text
//   would cut it: it needs no room, and alone it would be taken a moment later (N20).
// - With a receive window of 0 an ACK without text is also taken at RCV.NXT+1, where a peer stands whose probe was
// refused;
//   and what we send without text has a number that a peer's shut or shrunk window holds, not SND.NXT (N12).
// - What occupies no sequence space is also taken at the window's right edge (N37), and the ACK of a single octet, or
// of
//   none, right below RCV.NXT counts (N38).
// - In TIME-WAIT a segment in the window with text or a second FIN is answered and restarts 2MSL like a retransmitted
//   FIN (N16); a pure ACK is dropped, a RST is ignored wherever it stands (N18).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oracle {

using number = std::int64_t;

enum class standing {
    closed,
    listen,
    syn_sent,
    syn_received_passive,
    syn_received_active,
    established,
    fin_wait_1,
    fin_wait_2,
    close_wait,
    closing,
    last_ack,
    time_wait,
};
using enum standing;

inline const char* printed(standing s) {
    static constexpr const char* names[] = {"CLOSED",       "LISTEN",      "SYN-SENT",   "SYN-RECEIVED",
                                            "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
                                            "CLOSE-WAIT",   "CLOSING",     "LAST-ACK",   "TIME-WAIT"};
    return names[static_cast<int>(s)];
}

/// How a connection ended, as calls report it afterwards; and what else calls answer.
enum class answer {
    ok,
    not_open,
    remote_unspecified,
    already_open,
    closing,
    would_block,
    reset,
    refused,
    aborted,
    timed_out
};

/// What the application is told, a set.
enum told : unsigned {
    connected = 1,
    readable = 2,
    urgent = 4,
    peer_closed = 8,
    failed = 16,
    ended = 32,  // CLOSED is reached
    unresponsive = 64,
};

/// Octets stand for themselves: the one at a number is always the same.
inline char peers_octet(number at) { return static_cast<char>('a' + (at % 26 + 26) % 26); }
inline char own_octet(number at) { return static_cast<char>('A' + (at % 26 + 26) % 26); }
inline std::string peers_text(number from, number to) {
    std::string out;
    for (; from < to; ++from) out += peers_octet(from);
    return out;
}
inline std::string own_text(number from, number to) {
    std::string out;
    for (; from < to; ++from) out += own_octet(from);
    return out;
}

/// A segment that arrives. `pointer` is the urgent pointer's field.
struct arriving {
    bool syn = false, ack = false, fin = false, rst = false, urg = false;
    number seq = 0, ack_number = 0, text = 0, window = 0, pointer = 0;

    number length() const { return text + syn + fin; }
};

/// A segment that leaves. A window that is absent is not looked at.
struct leaving {
    bool syn = false, ack = false, fin = false, rst = false, urg = false;
    number seq = 0, ack_number = 0;
    std::string text{};
    std::optional<number> window{};
};

/// One connection as the RFC's variables have it (section 3.3.1), and what happened to it in one event.
struct tcb {
    standing state = closed;
    answer fate = answer::ok;

    // sending: SND.UNA, SND.NXT, SND.WND, MAX.SND.WND, SND.WL1, SND.WL2
    number una = 0, nxt = 0, wnd = 0, max_wnd = 0, wl1 = 0, wl2 = 0;
    number queued = 1;  // one past the last octet that SEND took
    bool fin_queued = false;
    bool close_waits = false;  // CLOSE in SYN-RECEIVED, behind queued text
    bool owned = true;         // not closed by its application (N27)
    number before_iss = 0;     // so far before our ISS an ACK is still taken, where the ISS is not known any more

    // receiving: RCV.NXT, RCV.NXT + RCV.WND, RCV.UP
    number rcv_nxt = 0, rcv_edge = 0, rcv_up = 0;
    bool urgent_pending = false;
    number read_up_to = 1;                          // the application has read what is below
    std::vector<std::pair<number, number>> held{};  // out of order
    std::optional<number> peers_fin{};              // where it stands, once it was seen

    // what happened
    unsigned news = 0;
    bool owes_ack = false;
    bool starts_time_wait = false;
    bool second_fin = false;  // at another number than the first (N26)
    std::vector<leaving> answers{};

    bool fin_sent() const { return fin_queued && nxt == queued + 1; }
    number unsent() const { return fin_sent() ? 0 : queued - std::max<number>(nxt, 1); }
    number rcv_wnd() const { return rcv_edge - rcv_nxt; }
    bool in_window(number at) const { return rcv_nxt <= at && at < rcv_edge; }
    bool takes_text() const { return state == established || state == fin_wait_1 || state == fin_wait_2; }
    bool opening() const { return state == syn_received_passive || state == syn_received_active; }
    bool fin_taken() const { return peers_fin && *peers_fin < rcv_nxt; }
    number text_end() const { return rcv_nxt - (fin_taken() ? 1 : 0); }
    number without_text() const { return una == 0 || nxt <= una + wnd ? nxt : wnd == 0 ? una : una + wnd - 1; }
};

// ---- small steps ----------------------------------------------------------------------------------------------------

inline void end(tcb& t, answer fate, bool told_so) {
    t.state = closed;
    if (fate != answer::ok) t.fate = fate;
    if (told_so) t.news |= failed;
    t.news |= ended;
    if (fate != answer::ok) t.read_up_to = t.text_end();  // all queues are flushed
    t.owes_ack = false;
}

/// SYN-RECEIVED of a passive OPEN forgets its peer; the user is not told. A CLOSE that waited closes LISTEN (3.10.4).
inline void back_to_listen(tcb& t) {
    const bool close_waits = t.close_waits;
    t = {};
    t.state = listen;
    if (close_waits) end(t, answer::ok, false);
}

/// <SEQ=SEG.ACK><CTL=RST>, or <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> without ACK; never to a RST.
inline void reset_for(tcb& t, const arriving& s) {
    if (s.rst) return;
    if (s.ack)
        t.answers.push_back({.rst = true, .seq = s.ack_number});
    else
        t.answers.push_back({.ack = true, .rst = true, .seq = 0, .ack_number = s.seq + s.length()});
}

inline void syn_ack(tcb& t) {
    t.answers.push_back({.syn = true, .ack = true, .seq = 0, .ack_number = t.rcv_nxt, .window = t.rcv_wnd()});
}

inline void pure_ack(tcb& t) {
    t.answers.push_back({.ack = true, .seq = t.without_text(), .ack_number = t.rcv_nxt, .window = t.rcv_wnd()});
}

inline void enter_time_wait(tcb& t) {
    t.state = time_wait;
    t.starts_time_wait = true;
}

/// What may leave once the event is over: queued text, then the FIN, inside the peer's window (everything in these
/// tests is shorter than a segment; Nagle holds text back while any is unacknowledged), carrying the ACK; else the ACK
/// alone.
inline void transmit(tcb& t) {
    const bool talks = t.state != closed && t.state != listen && t.state != syn_sent && t.state != time_wait;
    const bool may_send = talks && (t.una > 0 || t.state == fin_wait_1);
    const number room = t.una + t.wnd - t.nxt;
    const bool text_fits = t.unsent() > 0 && t.unsent() <= room && (t.una == t.nxt || (t.fin_queued && !t.fin_sent()));
    const bool fin_fits = t.fin_queued && !t.fin_sent() && t.unsent() < room && (t.unsent() == 0 || text_fits);
    if (may_send && (text_fits || fin_fits)) {
        const number from = t.nxt;
        leaving s{.ack = true, .fin = fin_fits, .seq = from, .ack_number = t.rcv_nxt};
        if (text_fits) s.text = own_text(from, t.queued);
        s.window = t.rcv_wnd();
        t.nxt = t.queued + (fin_fits ? 1 : 0);
        t.answers.push_back(s);
        t.owes_ack = false;
    }
    if (t.owes_ack) pure_ack(t);
    t.owes_ack = false;
}

// ---- SEGMENT ARRIVES, 3.10.7 ----------------------------------------------------------------------------------------

/// Trims to the window: text below RCV.NXT was received before, what lies beyond the edge goes with the FIN behind it.
/// The urgent pointer keeps pointing to the same octet.
inline void trim(const tcb& t, arriving& s) {
    if (s.seq < t.rcv_nxt) {
        const number old = std::min(t.rcv_nxt - s.seq, s.text);
        s.seq += old;
        s.text -= old;
        s.pointer -= old;
    }
    const number room = std::max<number>(t.rcv_edge - s.seq, 0);
    if (s.text > room) {
        s.text = room;
        s.fin = false;
    }
}

/// Sixth to eighth: URG, text, FIN.
inline void take_content(tcb& t, const arriving& s) {
    const number fin_at = s.seq + s.text;
    if (s.fin && t.peers_fin && *t.peers_fin != fin_at) t.second_fin = true;
    if (!t.takes_text()) return;  // N9, and "this should not occur": ignored
    if (s.urg) {
        const number up = s.seq + s.pointer;
        if (t.read_up_to < up && (!t.urgent_pending || t.rcv_up < up)) {  // MUST-32
            t.rcv_up = up;
            t.urgent_pending = true;
            t.news |= urgent;
        }
    }
    // N26: nothing follows a FIN, whatever came first; a second one at another number counts for nothing.
    if (s.fin && !t.peers_fin) t.peers_fin = fin_at;
    number text = s.text;
    if (text > 0) {
        if (!t.owned) {  // N27, N40: nobody will read it
            reset_for(t, s);
            return end(t, answer::reset, true);
        }
        if (t.peers_fin) text = std::min(text, std::max<number>(*t.peers_fin - s.seq, 0));
        if (text == 0) {
            t.owes_ack = true;
            return;
        }
        if (s.seq == t.rcv_nxt) {
            t.rcv_nxt += text;
            for (bool more = true; more;) {
                more = false;
                for (const auto& [begin, past] : t.held)
                    if (begin <= t.rcv_nxt && t.rcv_nxt < past) t.rcv_nxt = past, more = true;
            }
            if (t.peers_fin) t.rcv_nxt = std::min(t.rcv_nxt, *t.peers_fin);
            t.news |= readable;
            t.owes_ack = true;
        } else {
            t.held.push_back({s.seq, s.seq + text});
            pure_ack(t);  // MAY-13: at once, before anything else leaves
        }
    }
    if (s.fin && text == 0 && *t.peers_fin != t.rcv_nxt) pure_ack(t);
    if (t.peers_fin && *t.peers_fin == t.rcv_nxt) {
        if (t.urgent_pending) t.rcv_up = std::min(t.rcv_up, t.rcv_nxt);  // nothing urgent can follow
        if (t.rcv_up <= t.read_up_to) t.urgent_pending = false;
        t.rcv_nxt += 1;
        t.rcv_edge = std::max(t.rcv_edge, t.rcv_nxt);
        t.news |= peer_closed;
        t.owes_ack = true;
        if (t.state == established)
            t.state = close_wait;
        else if (t.state == fin_wait_1)
            t.state = closing;  // our FIN is not acknowledged, or this would be FIN-WAIT-2
        else
            enter_time_wait(t);
    }
}

inline void take_window(tcb& t, const arriving& s) {
    t.wnd = s.window;
    t.max_wnd = std::max(t.max_wnd, s.window);
    t.wl1 = s.seq;
    t.wl2 = s.ack_number;
}

/// 3.10.7.4, step by step.
inline void arrives_when_synchronized(tcb& t, arriving s) {
    // First, the sequence number.
    if (t.opening() && s.syn && !s.rst && s.seq == 0) {
        if (!s.ack) return syn_ack(t);  // N3
        s.syn = false;                  // N1
        s.seq += 1;
        s.pointer -= 1;
        trim(t, s);
    } else {
        const number length = s.length();
        const bool past_refused_probe = t.rcv_wnd() == 0 && s.seq == t.rcv_nxt + 1 && !s.rst;
        const bool acceptable = length == 0
                                    ? (t.rcv_nxt <= s.seq && s.seq <= t.rcv_edge) || past_refused_probe  // N37
                                    : t.in_window(s.seq) || t.in_window(s.seq + length - 1);
        if (!acceptable) {
            const bool shut = t.rcv_wnd() == 0 && s.seq == t.rcv_nxt && (s.rst || !s.syn);
            if (!shut) {
                if (s.rst) return;
                if (t.state == time_wait && s.fin && !s.syn && s.seq + length == t.rcv_nxt)
                    t.starts_time_wait = true;  // N2
                t.owes_ack = true;
                if (t.opening() || t.state == time_wait || s.syn || length > 1 || s.seq + 1 != t.rcv_nxt) return;
                s.text = 0;  // N38: the ACK of a probe that had been taken before counts
                s.fin = false;
            } else if (s.text > 0) {  // N12, MUST-66: ACK, URG and RST count; a FIN alone does, too (N20)
                s.text = 0;
                s.fin = false;
                t.owes_ack = !s.rst;
            }
        }
        if (!s.rst && !s.syn) trim(t, s);
    }
    // Second, RST (RFC 5961 section 3.2).
    if (s.rst) {
        if (t.state == time_wait) return;  // N18
        if (s.seq != t.rcv_nxt) {
            t.owes_ack = t.in_window(s.seq) || s.seq == t.rcv_edge;  // N37
            return;
        }
        if (t.state == syn_received_passive) return back_to_listen(t);
        if (t.state == syn_received_active) return end(t, answer::refused, true);
        if (t.state == closing || t.state == last_ack) return end(t, answer::ok, false);
        return end(t, answer::reset, true);
    }
    // Third, security: none. Fourth, SYN (RFC 5961 section 4.2).
    if (s.syn) {
        if (t.state == syn_received_passive) return back_to_listen(t);
        t.owes_ack = true;
        return;
    }
    // Fifth, ACK.
    if (!s.ack) return;
    if (t.opening()) {
        if (!(t.una < s.ack_number && s.ack_number <= t.nxt)) return reset_for(t, s);  // N5
        t.state = established;
        t.news |= connected;
        t.una = s.ack_number;
        take_window(t, s);
        if (t.close_waits) {
            t.close_waits = false;
            t.fin_queued = true;
            t.state = fin_wait_1;
        }
    } else {
        const number oldest = t.una - std::min(t.max_wnd, t.una + t.before_iss);  // N19
        if (s.ack_number < oldest || s.ack_number > t.nxt) {       // N11 fills in LAST-ACK and TIME-WAIT
            t.owes_ack = true;
            return;
        }
        if (t.state == time_wait) {  // N16
            if (s.length() == 0) return;
            t.starts_time_wait = t.owes_ack = true;
            return;
        }
        const bool fin_sent = t.fin_sent();
        t.una = std::max(t.una, s.ack_number);
        if (s.ack_number == t.una && (t.wl1 < s.seq || (t.wl1 == s.seq && t.wl2 <= s.ack_number))) take_window(t, s);
        const bool fin_acknowledged = fin_sent && t.una == t.nxt;
        if (t.state == fin_wait_1 && fin_acknowledged) t.state = fin_wait_2;
        if (t.state == closing && fin_acknowledged) return enter_time_wait(t);
        if (t.state == last_ack && fin_acknowledged) return end(t, answer::ok, false);
    }
    take_content(t, s);
}

/// 3.10.7.3.
inline void arrives_in_syn_sent(tcb& t, arriving s, number room) {
    const bool ack_ok = s.ack && 0 < s.ack_number && s.ack_number <= t.nxt;
    if (s.ack && !ack_ok) return reset_for(t, s);
    if (s.rst) {
        if (ack_ok) end(t, answer::refused, true);
        return;
    }
    if (!s.syn) return;
    t.rcv_nxt = s.seq + 1;
    t.rcv_edge = t.rcv_nxt + room;
    t.read_up_to = t.rcv_nxt;
    take_window(t, s);  // N4
    if (!ack_ok) {
        t.state = syn_received_active;
        return syn_ack(t);
    }
    t.una = s.ack_number;
    t.state = established;
    t.news |= connected;
    t.owes_ack = true;
    s.syn = false;
    s.seq += 1;
    s.pointer -= 1;
    trim(t, s);
    take_content(t, s);
}

/// 3.10.7.2.
inline void arrives_in_listen(tcb& t, const arriving& s, number room) {
    if (s.rst) return;
    if (s.ack) return reset_for(t, s);
    if (!s.syn || s.fin) return;  // N25
    t.rcv_nxt = s.seq + 1;
    t.rcv_edge = t.rcv_nxt + room;
    t.read_up_to = t.rcv_nxt;
    take_window(t, s);
    t.una = 0;
    t.nxt = 1;
    t.state = syn_received_passive;
    syn_ack(t);
}

/// The whole of it. `room` is the receive buffer's.
inline tcb after_segment(tcb t, const arriving& s, number room) {
    switch (t.state) {
        case closed: reset_for(t, s); break;
        case listen: arrives_in_listen(t, s, room); break;
        case syn_sent: arrives_in_syn_sent(t, s, room); break;
        default: arrives_when_synchronized(t, s);
    }
    transmit(t);
    return t;
}

// ---- calls, 3.10.1 to 3.10.6 ----------------------------------------------------------------------------------------

enum class call {
    open_passive,
    open_active,
    open_active_without_remote,
    send,
    send_urgent,
    receive,
    shutdown,
    close,
    abort,
    status
};
inline constexpr int call_count = 10;

struct answered {
    answer how = answer::ok;
    std::string text{};  // of RECEIVE
    tcb after{};
};

inline bool over(const tcb& t) { return t.fate != answer::ok; }

inline void own_syn(tcb& t) {
    t = {.state = syn_sent, .una = 0, .nxt = 1};
    t.answers.push_back({.syn = true, .seq = 0});
}

inline answer shutdown_by(tcb& t) {
    switch (t.state) {
        case closed: return answer::not_open;
        case listen:
        case syn_sent: end(t, answer::ok, false); return answer::ok;
        case syn_received_passive:
        case syn_received_active:
            if (t.close_waits) return answer::closing;
            if (t.unsent() > 0) {
                t.close_waits = true;
                return answer::ok;
            }
            [[fallthrough]];
        case established:
            t.fin_queued = true;
            t.state = fin_wait_1;
            return answer::ok;
        case close_wait:
            t.fin_queued = true;
            t.state = last_ack;
            return answer::ok;
        default: return answer::closing;
    }
}

inline answer abort_by(tcb& t) {
    switch (t.state) {
        case closed: return answer::not_open;
        case listen:
        case syn_sent:
        case closing:
        case last_ack:
        case time_wait: break;
        default:
            t.answers.push_back(
                {.ack = true, .rst = true, .seq = t.without_text(), .ack_number = t.rcv_nxt});  // N7, N8
    }
    end(t, answer::aborted, false);
    return answer::ok;
}

inline answer send_by(tcb& t, number octets) {
    switch (t.state) {
        case closed: return over(t) ? t.fate : answer::not_open;
        case listen: return answer::remote_unspecified;
        case syn_received_passive:
        case syn_received_active:
            if (t.close_waits) return answer::closing;
            [[fallthrough]];
        case syn_sent:
        case established:
        case close_wait: t.queued += octets; return answer::ok;
        default: return answer::closing;
    }
}

inline answered after_call(tcb t, call what, number octets, number room) {
    answered out;
    const number queued_before = t.queued;
    switch (what) {
        case call::open_passive:
            if (t.state != closed)
                out.how = answer::already_open;  // MUST-41, N10
            else
                t = {.state = listen};
            break;
        case call::open_active:
            if (t.state != closed && t.state != listen)
                out.how = answer::already_open;
            else
                own_syn(t);
            break;
        case call::open_active_without_remote:
            out.how = t.state == closed || t.state == listen ? answer::remote_unspecified : answer::already_open;
            break;
        case call::send:
        case call::send_urgent: out.how = send_by(t, octets); break;
        case call::receive:
            if (over(t))
                out.how = t.fate;
            else if (t.state != listen && t.state != syn_sent && t.read_up_to < t.text_end()) {
                out.text = peers_text(t.read_up_to, t.text_end());
                t.read_up_to = t.text_end();
                // All of the buffer is free again: news for a peer that may still send, if it is half of it
                // (3.8.6.2.2).
                const number edge = t.rcv_nxt + room;
                if (t.takes_text() && edge - t.rcv_edge >= room / 2) {
                    t.rcv_edge = edge;
                    t.owes_ack = true;
                }
            } else if (t.fin_taken())
                out.how = answer::closing;
            else
                out.how = t.state == closed ? answer::not_open : t.owned ? answer::would_block : answer::closing;
            break;
        case call::shutdown: out.how = shutdown_by(t); break;
        case call::close:
            t.owned = false;
            if (t.read_up_to < t.text_end() && (t.takes_text() || t.state == close_wait))
                out.how = abort_by(t);  // N27
            else if (t.state == closed || !(t.fin_queued || t.close_waits))  // else it is shut down already
                out.how = shutdown_by(t);
            break;
        case call::abort: out.how = abort_by(t); break;
        case call::status: break;
    }
    transmit(t);
    if (what == call::send_urgent && t.queued > queued_before)
        for (leaving& s : t.answers) s.urg = !s.text.empty();
    out.after = t;
    return out;
}

}  // namespace oracle
