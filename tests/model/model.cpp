// SPDX-License-Identifier: MIT
// Two endpoints and a channel that loses, duplicates and reorders: every choice there is, to a depth; and whole
// conversations to their end, with one thing that goes wrong anywhere in them. Each world passes the audit and delivers
// a prefix of what was sent, no cell of the machine that can't be reached is reached (it asserts), and from each world
// on, once the channel is fair, both ends come to CLOSED with equal octets.
//
// Control: each of these one-line changes of connection/input.hpp is caught here, and the description shows the way to
// it. Without `if (s.length() == 0) return step::drop;` (N16) two TIME-WAITs answer each other for ever; without `if
// (s.has(flag::ack))` in take_syn_again (N1) crossing opens do; with `if (false)` for `if (c.close_waits)` a CLOSE in
// SYN-RECEIVED is forgotten; and with `buffer.write(0, text)` for text behind a gap (tcb/reassembly.hpp) a wrong octet
// is delivered.
#include "tiny.hpp"

using namespace model;

TEST_CASE("whatever the channel does, nothing wrong is delivered and a fair channel brings both ends to CLOSED") {
    explore<plain>("client and server", client_and_server, {.depth = 9});
    explore<plain>("crossing opens", crossing_opens, {.depth = 9});
}

TEST_CASE("whatever goes wrong once in a whole conversation, both ends come to CLOSED with equal octets") {
    explore<plain>("client and server", client_and_server, {.mischief = 1});
    explore<plain>("crossing opens", crossing_opens, {.mischief = 1});
    explore<plain>("slow reader", slow_reader, {.mischief = 1});
    explore<plain>("an abort", an_abort, {.mischief = 1});
    explore<plain>("letting go", letting_go, {.mischief = 1});
}

TEST_CASE("whatever goes wrong once, recovery, congestion control and delayed ACKs do not keep the ends from CLOSED") {
    explore<adaptive>("client and server", client_and_server, {.mischief = 1});
    explore<adaptive>("crossing opens", crossing_opens, {.mischief = 1});
    explore<adaptive>("slow reader", slow_reader, {.mischief = 1});
    explore<adaptive>("an abort", an_abort, {.mischief = 1});
    explore<adaptive>("letting go", letting_go, {.mischief = 1});
}

TEST_CASE("whatever goes wrong once, selective acknowledgments do not keep the ends from CLOSED") {
    explore<selective>("client and server", client_and_server, {.mischief = 1});
    explore<selective>("crossing opens", crossing_opens, {.mischief = 1});
    explore<selective>("slow reader", slow_reader, {.mischief = 1});
}
