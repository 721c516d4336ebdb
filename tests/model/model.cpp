// SPDX-License-Identifier: MIT
// Two endpoints and a channel that loses, duplicates and reorders: every choice there is, to a depth; and whole conversations
// to their end, with one thing that goes wrong anywhere in them. Each world passes the audit and delivers a prefix of what
// was sent, no cell of the machine that can't be reached is reached (it asserts), and from each world on, once the channel
// is fair, both ends come to CLOSED with equal octets.
//
// Control: each of these one-line changes of connection/input.hpp is caught here. Without `if (s.length() == 0) return
// step::drop;` (N16) two TIME-WAITs answer each other for ever; without the limit in acknowledge_unacceptable (N15) two
// ends do in mid-conversation; without `s.text = s.text.subspan(…)` in trim_to_window a wrong octet is delivered.
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
    explore<adaptive>("crossing opens", crossing_opens, {.mischief = 1});
    explore<adaptive>("slow reader", slow_reader, {.mischief = 1});
}
