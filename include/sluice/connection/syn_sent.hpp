// SPDX-License-Identifier: MIT
//
// SEGMENT ARRIVES in SYN-SENT (RFC 9293 section 3.10.7.3), in the order of its text.
#pragma once

#include <sluice/connection/input.hpp>

namespace sluice {

template <class Tcp>
constexpr void arrives_in_syn_sent(control_block<Tcp>& c, environment<Tcp>& env, const ip_meta& ip, const segment& s) {
    // First, the ACK: of our SYN, or of nothing we sent. Before our SYN has left, it can only be the latter.
    const bool ack_ok = s.has(flag::ack) && c.snd.acknowledges_new(s.acknowledgment);
    if (s.has(flag::ack) && !ack_ok) return answer_with_reset(env, ip, s);
    // Second, a RST counts when its ACK does. RFC 3168 section 6.1.1.1 lets a SYN that asked for ECN be tried again
    // without it (MAY); nothing tells a middlebox that can't bear its flags from a port that nobody listens on, so each
    // refusal would be asked for twice and heard a round trip late. Linux and FreeBSD fall back when nothing comes, as
    // here, and not behind a RST.
    if (s.has(flag::rst)) {
        if (ack_ok) {
            ++env.count.resets_in;
            fire<event::reset>(c, env);
        }
        return;
    }
    // Third, security: nothing to check. Fourth, a SYN; fifth, without one the segment is dropped.
    if (!s.has(flag::syn)) return;
    take_syn(c, env, s);
    hear_ecn_of_syn(c, ip, s);
    if (!ack_ok) {
        // Simultaneous open: our SYN goes out again with an ACK. Text and FIN will come again.
        fire<event::syn_accepted>(c, env);
        if (!c.flight.empty()) {
            c.flight.mark_lost(c.flight.first());
            c.retransmit_now = true;
        }
        return;
    }
    fire<event::ack_of_syn>(c, env);
    start_transfer(c, env);
    take_ack(c, env, s);
    if (owes_pure_ack(c)) owe_duplicate_ack(c);  // before any text
    c.ack_now = true;
    segment rest = s;
    rest.flags = s.flags.without(flag::syn);
    rest.sequence = s.first_text();
    trim_to_window(c, rest);
    if (take_content(c, env, rest) == step::drop_and_ack) c.ack_now = true;
}

}  // namespace sluice
