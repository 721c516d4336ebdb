// SPDX-License-Identifier: MIT
// Two endpoints and a channel that loses, duplicates and reorders: every choice there is, to a depth, and whole
// conversations with one thing that goes wrong anywhere in them.
#include "tiny.hpp"

using namespace model;

TEST_CASE("whatever the channel does, two ends agree") {
    explore<plain>("client and server", client_and_server, {.depth = 9});
}
TEST_CASE("whatever goes wrong once") {
    explore<plain>("client and server", client_and_server, {.mischief = 1});
    explore<plain>("crossing opens", crossing_opens, {.mischief = 1});
    explore<plain>("slow reader", slow_reader, {.mischief = 1});
    explore<plain>("an abort", an_abort, {.mischief = 1});
    explore<plain>("letting go", letting_go, {.mischief = 1});
}
TEST_CASE("adaptive") {
    explore<adaptive>("client and server", client_and_server, {.mischief = 1});
    explore<adaptive>("crossing opens", crossing_opens, {.mischief = 1});
    explore<adaptive>("slow reader", slow_reader, {.mischief = 1});
    explore<adaptive>("an abort", an_abort, {.mischief = 1});
    explore<adaptive>("letting go", letting_go, {.mischief = 1});
}
