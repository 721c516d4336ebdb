// SPDX-License-Identifier: MIT
//
// SEGMENT ARRIVES in SYN-RECEIVED and the synchronized states: RFC 9293 section 3.10.7.4, one function a step, in its
// order. The third step (security and precedence, appendix A.1) has nothing to check here. What the text leaves open is
// decided by notes, N1, N2 …: README.md beside this file has them all. The order stands first, each step below it: a
// template finds what stands below when it is instantiated.
#pragma once

#include <sluice/connection/acknowledge.hpp>
#include <sluice/connection/closed.hpp>
#include <sluice/connection/negotiation.hpp>
#include <sluice/connection/received.hpp>
#include <sluice/connection/timing.hpp>

namespace sluice {

enum class step : std::uint8_t {
    go_on,
    drop,
    drop_and_ack,        // <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>
    drop_and_challenge,  // the same, for what a blind attacker might have sent: counted and limited (RFC 5961)
    drop_and_reset,      // <SEQ=SEG.ACK><CTL=RST>
};

// ---- the order ------------------------------------------------------------------------------------------------------

template <class Tcp>
constexpr void arrives_when_synchronized(control_block<Tcp>& c, environment<Tcp>& env, const ip_meta& ip, segment s) {
    c.last_received = env.now;
    c.keep_alives = 0;
    if (!s.has(flag::syn)) s.window <<= c.agreed.send_shift;  // N29: on a SYN it is never scaled
    if (!timestamp_fits(c, env, s)) return;  // PAWS: before all else
    const seq first = s.sequence;
    [[maybe_unused]] const std::uint32_t octets_that_came = s.text_length;
    hear_syn_again(c, ip, s);
    step answer = check_sequence(c, env, s);
    if (answer == step::go_on) c.received_dscp = ip.dscp;
    if (answer == step::go_on) answer = check_reset(c, env, s);
    if (answer == step::go_on) answer = check_syn(c, env, s);
    if (answer == step::go_on) answer = check_ack(c, env, s, first);
    if (answer == step::go_on) hear_codepoint(c, env, ip, s, octets_that_came);
    if (answer == step::go_on) answer = take_content(c, env, s);
    if (answer == step::drop_and_ack) c.ack_now = true;
    if (answer == step::drop_and_challenge) challenge(c, env);
    if (answer == step::drop_and_reset) answer_with_reset(env, ip, s);
}

/// Sixth to eighth step, which SYN-SENT shares.
template <class Tcp>
constexpr step take_content(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    check_urgent(c, s);
    note_fin(c, env, s);
    const step answer = take_text(c, env, s);
    if (answer == step::go_on) check_fin(c, env, s);
    return answer;
}

// ---- first: the sequence number -------------------------------------------------------------------------------------

template <class Tcp>
constexpr step check_sequence(control_block<Tcp>& c, environment<Tcp>& env, segment& s) {
    if (syn_received.has(c.state) && s.has(flag::syn) && !s.has(flag::rst) && s.sequence == c.rcv.irs)
        return take_syn_again(c, env, s);
    if (c.rcv.acceptable(s.sequence, s.length())) {
        if (!s.flags.has_any(flag::rst | flag::syn)) trim_to_window(c, s);
        return step::go_on;
    }
    if (s.has(flag::rst)) return s.sequence == c.rcv.nxt ? step::go_on : step::drop;  // MUST-66: with text, too
    if (s.has(flag::syn)) return step::drop_and_challenge;  // RFC 5961 section 4.2: whatever its number
    if (c.rcv.wnd() == 0 && (s.sequence == c.rcv.nxt || (s.length() == 0 && s.sequence == c.rcv.nxt + 1))) {
        // N12: valid ACKs, URGs and RSTs still count; the text doesn't, and its sender is told. N20: a FIN alone fits.
        // An ACK one further on is from a peer whose probe was refused here: its SND.NXT stays there until the window
        // opens.
        if (s.text_length > 0) {
            trim_to_window(c, s);
            c.ack_now = true;
        }
        return step::go_on;
    }
    return take_unacceptable(c, env, s);
}

/// The peer's SYN once more, before it has heard of ours.
template <class Tcp>
constexpr step take_syn_again(control_block<Tcp>& c, environment<Tcp>& env, segment& s) {
    if (s.has(flag::ack)) {  // N1: the SYN,ACK of a simultaneous open; its SYN has been taken already
        s.flags = s.flags.without(flag::syn);
        s.sequence += 1;
        if constexpr (Tcp::uses_ecn) c.marks.skip = true;
        trim_to_window(c, s);
        return step::go_on;
    }
    if (contradicts_itself(c, s)) {
        fire<event::reset>(c, env);
        return step::drop_and_reset;
    }
    if (const list_index head = c.flight.first(); head != no_index) {  // N3: our SYN,ACK was lost
        c.flight.mark_lost(head);
        c.retransmit_now = true;
    }
    return step::drop;
}

/// Is acknowledged again, so that its sender hears where we are.
template <class Tcp>
constexpr step take_unacceptable(control_block<Tcp>& c, environment<Tcp>& env, segment& s) {
    ++env.count.unacceptable;
    if (s.has(flag::ack) && c.snd.acceptable_ack(s.acknowledgment))
        note_duplicate(c, env, s.sequence, earlier(s.sequence + s.text_length, c.rcv.nxt));
    if (c.state == state::time_wait && s.has(flag::fin) && s.end() == c.rcv.nxt) fire<event::fin>(c, env);  // N2
    const bool may_be_probe = synchronized.has(c.state) && c.state != state::time_wait && s.length() <= 1;
    if (may_be_probe && s.sequence + 1 == c.rcv.nxt) return take_probe(c, env, s);
    acknowledge_unacceptable(c, env, s);
    return step::drop;
}

/// What stands right below RCV.NXT is a probe of a window that its sender thinks is shut, or a keep-alive. N38: its ACK
/// counts. Where both ends probe each other and both windows open meanwhile, each takes the other's octet, and until it
/// hears of that it can say nothing further on. It is answered always (N36), unless it has no text: whoever waits backs
/// off and stays below the limit of challenges, two ends that answer each other for ever don't (N15).
template <class Tcp>
constexpr step take_probe(control_block<Tcp>& c, environment<Tcp>& env, segment& s) {
    if (s.length() > 0)
        c.ack_now = true;
    else
        challenge(c, env);
    s.text = {};
    s.text_length = 0;
    s.flags = s.flags.without(flag::fin | flag::psh);
    s.trimmed = true;
    return step::go_on;
}

/// Cuts what lies outside the window. What is cut at the front has been received before; a FIN goes with the text
/// behind it.
template <class Tcp>
constexpr void trim_to_window(control_block<Tcp>& c, segment& s) {
    if (s.sequence < c.rcv.nxt) {
        const std::uint32_t old = std::min(c.rcv.nxt - s.sequence, s.text_length);
        s.text = s.text.subspan(std::min<std::size_t>(old, s.text.size()));
        s.text_length -= old;
        s.sequence += old;
    }
    const std::uint32_t room = c.rcv.edge > s.sequence ? c.rcv.edge - s.sequence : 0;
    if (s.text_length > room) {
        s.text = s.text.first(std::min<std::size_t>(room, s.text.size()));
        s.text_length = room;
        s.trimmed = true;
        s.flags = s.flags.without(flag::fin | flag::psh);
    }
}

// ---- second: RST ----------------------------------------------------------------------------------------------------

template <class Tcp>
constexpr step check_reset(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if (!s.has(flag::rst)) return step::go_on;
    if (s.sequence != c.rcv.nxt && c.state != state::time_wait)  // RFC 5961 section 3.2; N18: there, all are ignored
        return c.rcv.acceptable(s.sequence, 0) ? step::drop_and_challenge : step::drop;  // N37: at the edge as well
    ++env.count.resets_in;
    fire<event::reset>(c, env);
    return step::drop;
}

// ---- fourth: SYN ----------------------------------------------------------------------------------------------------

template <class Tcp>
constexpr step check_syn(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if (!s.has(flag::syn)) return step::go_on;
    if constexpr (control_block<Tcp>::machine::has(event::syn_in_window)) {
        if (c.state == state::syn_received_passive) {
            fire<event::syn_in_window>(c, env);
            return step::drop;
        }
    }
    return step::drop_and_challenge;  // RFC 5961 section 4.2
}

// ---- fifth: ACK -----------------------------------------------------------------------------------------------------

template <class Tcp>
constexpr step check_ack(control_block<Tcp>& c, environment<Tcp>& env, const segment& s, seq first) {
    if (!s.has(flag::ack)) return step::drop;
    if (syn_received.has(c.state)) {
        if (!c.snd.acknowledges_new(s.acknowledgment)) return step::drop_and_reset;  // N5: before RFC 5961's check
        heed(c, env, s, first);
        fire<event::ack_of_syn>(c, env);
        start_transfer(c, env);
        take_ack(c, env, s);
        if (c.close_waits) {
            c.close_waits = false;
            fire<event::close>(c, env);
        }
        return step::go_on;
    }
    if (!c.snd.acceptable_ack(s.acknowledgment)) return step::drop_and_challenge;  // RFC 5961 section 5.2, MAY-12, N11
    heed(c, env, s, first);
    if (s.sequence != first) note_duplicate(c, env, first, s.sequence);  // what was trimmed

    if (c.state == state::time_wait) {
        if (s.length() == 0) return step::drop;  // N16: two TIME-WAITs would answer each other for ever
        fire<event::fin>(c, env);
        return step::drop_and_ack;
    }
    if (!c.snd.syn_acknowledged() && c.snd.acknowledges_new(s.acknowledgment))
        start_transfer(c, env);  // closed before that
    take_ack(c, env, s);
    if (!c.fin_acknowledged()) return step::go_on;
    if (c.state == state::fin_wait_1) {
        fire<event::ack_of_fin>(c, env);
        c.tell(news::drained);
        limit_orphan(c, env);
        return step::go_on;
    }
    if (c.state == state::closing || c.state == state::last_ack) {
        fire<event::ack_of_fin>(c, env);
        c.tell(news::drained);
        return step::drop;
    }
    return step::go_on;
}

/// What its options say beside its text: believed only now, since a number in the window is easier to guess than that
/// and an ACK, and a timestamp from the future would make all that follows look old (RFC 7323 section 5.3; RFC 5961
/// section 5).
template <class Tcp>
constexpr void heed(control_block<Tcp>& c, environment<Tcp>& env, const segment& s, seq first) {
    remember_timestamp(c, env, s, first);
    take_user_timeout(c, env, s);
}

// ---- sixth: URG -----------------------------------------------------------------------------------------------------

template <class Tcp>
constexpr void check_urgent(control_block<Tcp>& c, const segment& s) {
    if (!s.has(flag::urg) || !may_receive_text.has(c.state)) return;
    if (c.first_unread() < s.up && (!c.rcv.urgent || c.rcv.up < s.up)) {
        c.rcv.up = s.up;
        c.rcv.urgent = true;
        c.tell(news::urgent);  // MUST-32: none was pending, or it has moved on
    }
}

// ---- seventh: text --------------------------------------------------------------------------------------------------

/// Where the FIN stands is known before its text is taken: nothing past it counts (N26), whatever came first.
template <class Tcp>
constexpr void note_fin(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if (!s.has(flag::fin)) return;
    const seq at = s.sequence + s.text_length;
    if (c.assembly.fin() && *c.assembly.fin() != at) ++env.count.second_fins;
    if (may_receive_text.has(c.state)) c.assembly.note_fin(env.pool, c.incoming, c.rcv.nxt, at);
}

template <class Tcp>
constexpr step take_text(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if (s.text_length == 0 || !may_receive_text.has(c.state)) return step::go_on;
    payload text(s.text, s.text_length);
    if (text.is_counted() && !Tcp::counts_only) return step::drop;  // there are no octets to keep
    if (!c.owned) {  // SHLD-3: nobody will ever read it (N40)
        fire<event::reset>(c, env);
        return step::drop_and_reset;
    }
    // SHLD-19: by what our SYN announced, whatever comes.
    const std::uint32_t length = text_with_options(c, s);
    c.largest_received = std::min(c.full_segment_of_peer(), std::max(c.largest_received, length / s.segments));
    const bool had_gap = c.assembly.has_gap();
    if (c.assembly.fin() && *c.assembly.fin() < s.sequence + s.text_length)  // N26: nothing follows a FIN
        text = text.first(*c.assembly.fin() > s.sequence ? *c.assembly.fin() - s.sequence : 0);
    if (text.length == 0) return step::drop_and_ack;

    const auto taken = c.assembly.take(env.pool, c.incoming, c.rcv.nxt, s.sequence, text);
    if (!taken.kept) ++env.count.text_dropped;
    note_duplicate(c, env, taken.before.begin, taken.before.end);
    if (taken.nxt == c.rcv.nxt) {
        if (s.sequence == c.rcv.nxt) return step::drop;  // no memory: as if it had been lost on its way
        // MAY-13, RFC 5681 section 4.2: a duplicate ACK for each segment behind a gap, with what it is part of.
        ++env.count.out_of_order;
        if constexpr (Tcp::options::sack)
            if (c.agreed.sack) c.to_report.note_arrival(c.assembly.held(), s.sequence);
        owe_duplicate_ack(c);
        return step::go_on;
    }
    c.totals.received += taken.nxt - c.rcv.nxt;
    c.rcv.nxt = taken.nxt;
    c.duplicate_acks = 0;
    c.tell(news::readable);
    measure_round(c, env, s);
    decide_ack(c, env, s, length, !had_gap && !c.owes_duplicate_report());
    return step::go_on;
}

// ---- eighth: FIN ----------------------------------------------------------------------------------------------------

/// The FIN counts when everything before it is there, be it this segment's or an earlier one's.
template <class Tcp>
constexpr void check_fin(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if (!may_receive_text.has(c.state) || !c.assembly.fin()) return;
    if (*c.assembly.fin() != c.rcv.nxt) {
        if (s.has(flag::fin) && s.text_length == 0) owe_duplicate_ack(c);
        return;
    }
    if (c.rcv.urgent) {  // nothing urgent comes any more
        c.rcv.up = earlier(c.rcv.up, c.rcv.nxt);
        c.rcv.urgent = c.first_unread() < c.rcv.up;
    }
    c.rcv.nxt += 1;
    if (c.rcv.edge < c.rcv.nxt) c.rcv.edge = c.rcv.nxt;  // N20: it was accepted with a window of 0
    c.ack_now = true;
    c.duplicate_acks = 0;
    fire<event::fin>(c, env);
}

}  // namespace sluice
