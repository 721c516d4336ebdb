// SPDX-License-Identifier: MIT
// Flows: who sends what, and when one is complete.
#include <doctest/doctest.h>

#include <sluice/sim/flow.hpp>

#include "support/compositions.hpp"

using namespace sluice;

TEST_CASE("a flow carries its octets both ways between two TCPs of their own, and is complete when both have closed") {
    sim::network net;
    plain_tcp::settings client;
    client.limits.mtu = 576;
    const auto f = sim::add_flow<plain_tcp, small_tcp>(net, 100'000, 50'000, client);
    net.join(f.client.node, f.server.node, {.rate = 10'000'000, .delay = 10ms});
    net.finish();
    CHECK(f.client.longest_packet == 576);
    CHECK(f.server.longest_packet == small_tcp::settings{}.limits.mtu);
    CHECK_FALSE(f.is_complete());
    CHECK(f.complete_at() == never);
    REQUIRE(net.open(f.client, f.server));
    CHECK(net.run());
    CHECK(f.is_complete());
    CHECK(f.server.application.reader.read == 100'000);
    CHECK(f.client.application.reader.read == 50'000);
    CHECK(f.complete_at() > instant(80ms));  // 800,000 bits at 10 Mbit/s
    for (sim::bulk* end : {&f.client.application, &f.server.application}) {
        end->is_closed = false;
        CHECK_FALSE(f.is_complete());
        end->is_closed = true;
    }
}

TEST_CASE("no flow takes another's octets for its own") {
    sim::network net;
    const auto a = sim::add_flow<small_tcp>(net, 1000, 1000), b = sim::add_flow<small_tcp>(net, 1000, 1000);
    const int senders[] = {a.client.application.writer.sender, a.server.application.writer.sender,
                           b.client.application.writer.sender, b.server.application.writer.sender};
    for (int i = 0; i < 4; ++i) CHECK(senders[i] == i);
    CHECK(a.server.application.reader.sender == a.client.application.writer.sender);
    CHECK(b.client.application.reader.sender == b.server.application.writer.sender);
    // Joined crosswise, the connections work and every octet is wrong.
    net.join(a.client.node, b.server.node, {.delay = 1ms});
    net.finish();
    REQUIRE(net.open(a.client, b.server));
    CHECK(net.run());
    CHECK(b.server.application.reader.read == 1000);
    CHECK(b.server.application.reader.wrong > 900);
    CHECK_FALSE(b.server.application.is_complete());
}
