// SPDX-License-Identifier: MIT
//
// SEGMENT ARRIVES in LISTEN (RFC 9293 section 3.10.7.2), in the order of its text.
#pragma once

#include <sluice/connection/closed.hpp>
#include <sluice/connection/negotiation.hpp>

namespace sluice {

template <class Tcp>
constexpr void arrives_in_listen(control_block<Tcp>& c, environment<Tcp>& env, const ip_meta& ip, const segment& s) {
    // First, a RST: it can't be about anything sent from here.
    if (s.has(flag::rst)) return;
    // Second, an ACK: nothing was sent that it could acknowledge.
    if (s.has(flag::ack)) return answer_with_reset(env, ip, s);
    // Third, a SYN. One with a FIN opens nothing (N25). Text on it is not taken: the peer sends it again (N25).
    // Fourth, anything else is dropped.
    if (!s.has(flag::syn) || s.has(flag::fin)) return;

    c.flight.provide(env.pool, 2);
    if (c.flight.full()) return;  // no memory to remember our SYN with
    c.local = {ip.destination, s.destination_port};
    c.remote = {ip.source, s.source_port};
    choose_own_side(c, env);
    take_syn(c, env, s);
    hear_ecn_of_syn(c, ip, s);
    fire<event::syn_accepted>(c, env);
}

}  // namespace sluice
