// SPDX-License-Identifier: MIT
//
// What a stack, or an endpoint, counts. Monotone; segments count as many as the wire sees. Whoever adds one names it in
// trace/nstat.hpp, too.
#pragma once

#include <cstdint>

namespace sluice {

struct counters {
    std::uint64_t active_opens = 0;       // SYN-SENT entered; RFC 4022 defines this and the next three
    std::uint64_t passive_opens = 0;      // SYN-RECEIVED from LISTEN
    std::uint64_t attempt_fails = 0;      // the handshake ended in CLOSED or LISTEN
    std::uint64_t established_resets = 0;  // from ESTABLISHED or CLOSE-WAIT to CLOSED
    std::uint64_t segments_in = 0;
    std::uint64_t segments_out = 0;
    std::uint64_t retransmitted = 0;      // segments that carry octets sent before, probes not counted
    std::uint64_t malformed = 0;          // dropped before any connection saw them
    std::uint64_t fragments = 0;          // dropped likewise: nobody here puts them together
    std::uint64_t martians = 0;           // from or to what can be no host here
    std::uint64_t icmp_ignored = 0;       // errors that quote nothing in flight (RFC 5927)
    std::uint64_t unacceptable = 0;       // outside the window
    std::uint64_t too_old = 0;            // PAWS
    std::uint64_t without_timestamp = 0;  // though it was agreed on
    std::uint64_t challenge_acks = 0;     // RFC 5961
    std::uint64_t limited = 0;            // ACKs and challenges that a limiter kept back
    std::uint64_t duplicate_acks_in = 0;
    std::uint64_t recoveries = 0;         // episodes begun by ACKs
    std::uint64_t timeouts = 0;           // retransmission timer expired
    std::uint64_t recoveries_undone = 0;  // nothing had been lost
    std::uint64_t timeouts_undone = 0;
    std::uint64_t window_probes = 0;
    std::uint64_t keep_alives = 0;
    std::uint64_t tail_probes = 0;
    std::uint64_t marked_in = 0;          // segments with CE
    std::uint64_t ecn_reductions = 0;     // of the window, for marks of ours
    std::uint64_t path_mtus_lowered = 0;  // since a router said so
    std::uint64_t path_mtus_doubted = 0;  // RFC 5927 section 7.2
    std::uint64_t mtu_probes = 0;         // RFC 4821
    std::uint64_t mtu_probes_arrived = 0;
    std::uint64_t mtu_probes_lost = 0;
    std::uint64_t black_holes = 0;        // two timeouts of a full-sized packet
    std::uint64_t out_of_order = 0;
    std::uint64_t text_dropped = 0;       // for want of memory
    std::uint64_t duplicates_in = 0;      // segments with text that had come before
    std::uint64_t arrived_twice = 0;      // D-SACKs about ours
    std::uint64_t reneged = 0;            // N31
    std::uint64_t second_fins = 0;        // N26
    std::uint64_t resets_out = 0;
    std::uint64_t resets_in = 0;
    std::uint64_t replies_dropped = 0;    // the queue was full
    // ---- of a stack
    std::uint64_t misaddressed = 0;       // to somebody else
    std::uint64_t echoes_answered = 0;
    std::uint64_t unreachables_out = 0;   // errors sent: nobody here speaks that, or has that port
    std::uint64_t icmp_limited = 0;       // errors not sent: too many
    std::uint64_t syns_dropped = 0;       // no room for a half-open connection, or for the answer
    std::uint64_t accept_overflows = 0;   // nobody accepts what is ready
    std::uint64_t cookies_sent = 0;
    std::uint64_t cookies_accepted = 0;
    std::uint64_t cookies_refused = 0;
    std::uint64_t time_waits_recycled = 0;  // before their time
    std::uint64_t reincarnations = 0;       // RFC 6191
};

}  // namespace sluice
