// SPDX-License-Identifier: MIT
// What model.cpp does, deeper: more choices, and two things that go wrong anywhere in a conversation.
#include "tiny.hpp"

using namespace model;

TEST_CASE(
    "whatever the channel does, further, nothing wrong is delivered and a fair channel brings both ends to CLOSED") {
    explore<plain>("client and server", client_and_server, {.depth = 10});
    explore<plain>("crossing opens", crossing_opens, {.depth = 10});
    explore<plain>("slow reader", slow_reader, {.depth = 11});
}

TEST_CASE("whatever goes wrong twice in a whole conversation, both ends come to CLOSED with equal octets") {
    explore<plain>("client and server", client_and_server, {.mischief = 2});
    explore<plain>("crossing opens", crossing_opens, {.mischief = 2});
    explore<plain>("slow reader", slow_reader, {.mischief = 2});
    explore<plain>("an abort", an_abort, {.mischief = 2});
    explore<plain>("letting go", letting_go, {.mischief = 2});
}

TEST_CASE("whatever goes wrong twice, the policies that adapt do not keep the ends from CLOSED") {
    explore<adaptive>("crossing opens", crossing_opens, {.mischief = 2});
}
