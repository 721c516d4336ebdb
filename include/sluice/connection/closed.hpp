// SPDX-License-Identifier: MIT
//
// SEGMENT ARRIVES in CLOSED (RFC 9293 section 3.10.7.1), which is also what happens to segments for nobody: a RST
// answers anything but a RST.
#pragma once

#include <sluice/connection/environment.hpp>

namespace sluice {

/// <SEQ=SEG.ACK><CTL=RST>, or <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> for a segment without ACK (3.10.7.1).
template <class Tcp>
constexpr void answer_with_reset(environment<Tcp>& env, const ip_meta& ip, const segment& s) {
    if (s.has(flag::rst)) return;
    reply r{.local = {ip.destination, s.destination_port},
            .remote = {ip.source, s.source_port},
            .hop_limit = env.settings.limits.connection.hop_limit};
    if (s.has(flag::ack)) {
        r.sequence = s.acknowledgment;
        r.flags = flag::rst;
    } else {
        r.acknowledgment = s.end();
        r.flags = flag::rst | flag::ack;
    }
    env.answer(r);
}

template <class Tcp>
constexpr void arrives_in_closed(environment<Tcp>& env, const ip_meta& ip, const segment& s) {
    answer_with_reset(env, ip, s);
}

}  // namespace sluice
