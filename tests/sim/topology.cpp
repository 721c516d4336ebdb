// SPDX-License-Identifier: MIT
// Many flows through one bottleneck, and one through a row of them: who gets how much, and what it costs to simulate.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <sluice/base/siphash.hpp>
#include <sluice/sim/flow.hpp>
#include <sluice/sim/topology.hpp>

#include "post_box.hpp"
#include "support/compositions.hpp"

using namespace sluice;

namespace {

const sim::link_settings edge{.rate = 100'000'000, .delay = 1ms};

/// Twenty flows of 500,000 octets through one bottleneck, all opened at once.
struct twenty_flows {
    static constexpr std::uint64_t octets = 500'000;

    explicit twenty_flows(const sim::link_settings& bottleneck, seed from = 1) : net({.seed = from}) {
        for (int i = 0; i < 20; ++i) flows.push_back(sim::add_flow<classic_tcp>(net, octets));
        dumbbell = sim::join_dumbbell(net, flows, edge, bottleneck);
    }
    void run() {
        net.finish();
        for (const auto& f : flows) REQUIRE(net.open(f.client, f.server));
        CHECK(net.run());
        for (const auto& f : flows) CHECK(f.is_complete());
    }
    /// Bits a second of all flows together, until the last has its last octet.
    double goodput() const {
        instant end{};
        for (const auto& f : flows) end = std::max(end, f.complete_at());
        return 20.0 * octets * 8e9 / static_cast<double>(end.time_since_epoch().count());
    }

    sim::network net;
    std::vector<sim::flow<classic_tcp>> flows;
    sim::dumbbell dumbbell;
};

/// A hash of every packet, on every cable, with its time and its fate.
struct digest {
    std::uint64_t value = 0;
    void on_packet(const sim::packet_report& r) {
        const auto now = static_cast<std::uint64_t>(r.now.time_since_epoch().count());
        value = siphash({value, now * 8 + static_cast<std::uint64_t>(r.what) * 2 + static_cast<std::uint64_t>(r.from)},
                        r.packet.data);
    }
};

}  // namespace

TEST_CASE("twenty flows share a bottleneck: all complete, and together they fill it to 80 % and no further") {
    twenty_flows all({.rate = 20'000'000, .delay = 10ms, .queue_packets = 100});
    all.run();
    CHECK(all.goodput() <= 20e6);
    CHECK(all.goodput() >= 0.8 * 20e6);
    CHECK(all.net.router(all.dumbbell.left).expired == 0);
    CHECK(all.net.router(all.dumbbell.left).unroutable == 0);

    // The control: where one packet in 20 is lost, they don't.
    twenty_flows hindered({.rate = 20'000'000, .delay = 10ms, .queue_packets = 100, .loss = 0.05});
    hindered.run();
    CHECK(hindered.goodput() < 0.8 * 20e6);
}

TEST_CASE("only the bottleneck is narrow: what is dropped is dropped there, on the way to the servers") {
    struct tap {
        std::size_t dropped[2]{};
        void on_packet(const sim::packet_report& r) {
            dropped[r.from] += r.what == sim::packet_event::dropped && r.why == sim::drop_cause::queue_full ? 1 : 0;
        }
    } bottleneck, everywhere;
    twenty_flows all({.rate = 20'000'000, .delay = 10ms, .queue_packets = 100});
    all.net.watch(all.dumbbell.bottleneck, bottleneck);
    all.net.watch(everywhere);
    all.run();
    CHECK(bottleneck.dropped[0] > 0);
    CHECK(bottleneck.dropped[1] == 0);
    CHECK(everywhere.dropped[0] + everywhere.dropped[1] == bottleneck.dropped[0]);
}

TEST_CASE("the same seed gives the same packets on every cable, another seed others") {
    const auto run = [](std::uint64_t from) {
        twenty_flows all({.rate = 20'000'000,
                          .delay = 10ms,
                          .queue_packets = 30,
                          .loss = 0.005,
                          .bursts = {.to_bad = 0.001, .to_good = 0.2},
                          .jitter = 2ms,
                          .jitter_reorders = true},
                         from);
        digest d;
        all.net.watch(d);
        all.run();
        return d.value;
    };
    const std::uint64_t first = run(1);
    CHECK(first == run(1));
    CHECK(first != run(2));
}

// Each crossing flow has one bottleneck, the flow through all has four. In each of them the two together can carry no
// more than its rate; and who goes through all pays four times the round trip and four times the losses.
TEST_CASE("on a parking lot the flow through all bottlenecks gets less than each that crosses one") {
    sim::network net;
    std::vector<sim::flow<classic_tcp>> through, crossing;
    through.push_back(sim::add_flow<classic_tcp>(net, 2'000'000));
    for (int i = 0; i < 4; ++i) crossing.push_back(sim::add_flow<classic_tcp>(net, 2'000'000));
    const sim::link_settings bottleneck{.rate = 5'000'000, .delay = 5ms, .queue_packets = 30};
    const sim::chain row = sim::join_parking_lot(net, through, crossing, edge, bottleneck);
    REQUIRE(row.routers.size() == 5);
    REQUIRE(row.cables.size() == 4);
    struct tap {
        std::uint64_t data[2]{};
        void on_packet(const sim::packet_report& r) {
            if (r.what == sim::packet_event::delivered) data[r.from] += r.packet.text_length;
        }
    } seen[4];
    for (std::size_t i = 0; i < 4; ++i) net.watch(row.cables[i], seen[i]);
    net.finish();
    for (const auto& f : through) REQUIRE(net.open(f.client, f.server));
    for (const auto& f : crossing) REQUIRE(net.open(f.client, f.server));
    CHECK(net.run());
    CHECK(through[0].is_complete());
    for (const auto& f : crossing) {
        CHECK(f.is_complete());
        CHECK(f.complete_at() < through[0].complete_at());
    }
    for (const tap& each : seen) {  // the data of two flows, and what was sent again
        CHECK(each.data[0] >= 4'000'000);
        CHECK(each.data[0] < 4'400'000);
        CHECK(each.data[1] == 0);
    }
}

// A letter of 1250 octets, 10,000 bits, over access (client), bottleneck, access (server), and an answer back. Each of
// the six links has a rate and a delay of its own, and the sum of the six says that each was gone in its direction.
TEST_CASE("each host's access and the bottleneck may differ in both rate and delay, by direction") {
    const sim::link_settings up{.rate = 1'000'000, .delay = 1ms}, down{.rate = 10'000'000, .delay = 2ms};
    const sim::link_settings there{.rate = 2'000'000, .delay = 30ms}, back{.rate = 100'000'000, .delay = 250ms};
    const sim::link_settings server_up{.rate = 5'000'000, .delay = 70ms}, server_down{.delay = 600ms};
    const auto run = [&](const auto& join) {
        sim::network net;
        auto& client = net.add_endpoint<post::box>(post::nobody{}, 1500);
        auto& server = net.add_endpoint<post::box>(post::nobody{}, 1500);
        struct pair {
            sim::host<post::box, post::nobody>&client, &server;
        };
        join(net, pair{client, server});
        net.finish();
        client.endpoint.to_send.push_back(post::letter(client.address.address, server.address.address, 1250));
        server.endpoint.to_send.push_back(post::letter(server.address.address, client.address.address, 1250));
        net.serve(client.node);
        net.serve(server.node);
        CHECK(net.run());
        REQUIRE(client.endpoint.arrivals.size() == 1);
        REQUIRE(server.endpoint.arrivals.size() == 1);
        return std::pair(server.endpoint.arrivals[0].at, client.endpoint.arrivals[0].at);
    };
    const auto asymmetric = run([&](sim::network& net, const auto& flow) {
        const sim::dumbbell d = sim::join_dumbbell(net, there, back);
        sim::join_flow(net, flow, d.left, d.right, {up, down}, {server_up, server_down});
    });
    CHECK(asymmetric.first == instant(10ms + 1ms + 5ms + 30ms + 600ms));
    CHECK(asymmetric.second == instant(2ms + 70ms + 100us + 250ms + 1ms + 2ms));
    const auto in_a_chain = run([&](sim::network& net, const auto& flow) {
        const sim::chain row = sim::join_chain(net, 4, there, back);
        sim::join_flow(net, flow, row.routers.front(), row.routers.back(), {up, down}, {server_up, server_down});
    });
    CHECK(in_a_chain.first == instant(10ms + 1ms + 3 * (5ms + 30ms) + 600ms));
    CHECK(in_a_chain.second == instant(2ms + 70ms + 3 * (100us + 250ms) + 1ms + 2ms));
    const auto symmetric = run([&](sim::network& net, const auto& flow) {  // the control
        const sim::dumbbell d = sim::join_dumbbell(net, there, there);
        sim::join_flow(net, flow, d.left, d.right, up);
    });
    CHECK(symmetric.first == symmetric.second);
}

// The way there takes 3333 packets a second, and the way back 154 ACKs of 52 octets, with a short queue: ACKs are lost,
// and the transfer completes all the same, later than with a way back that is wide.
TEST_CASE("a transfer completes over a path whose way back is narrow") {
    const auto time_with = [](std::uint64_t rate_back) {
        sim::network net;
        const auto f = sim::add_flow<default_tcp>(net, 2'000'000);
        const sim::dumbbell d = sim::join_dumbbell(net, {.rate = 40'000'000, .delay = 10ms, .queue_packets = 100},
                                                   {.rate = rate_back, .delay = 10ms, .queue_packets = 5});
        sim::join_flow(net, f, d.left, d.right, {});
        net.finish();
        REQUIRE(net.open(f.client, f.server));
        CHECK(net.run());
        CHECK(f.is_complete());
        return f.complete_at();
    };
    CHECK(time_with(64'000) > time_with(40'000'000) + 200ms);
}

TEST_CASE("a chain of one router is a star's centre") {
    sim::network net;
    const sim::chain one = sim::join_chain(net, 1, {});
    CHECK(one.routers.size() == 1);
    CHECK(one.cables.empty());
    const auto f = sim::add_flow<small_tcp>(net, 1000);
    sim::join_flow(net, f, one.routers[0], one.routers[0], edge);
    net.finish();
    REQUIRE(net.open(f.client, f.server));
    CHECK(net.run());
    CHECK(f.is_complete());
}

namespace {

/// Short flows, all at once over one dumbbell.
struct crowd {
    std::uint64_t events = 0, packets = 0;

    explicit crowd(int count) {
        sim::network net;
        std::vector<sim::flow<small_tcp>> flows;
        for (int i = 0; i < count; ++i) flows.push_back(sim::add_flow<small_tcp>(net, 5'000));
        const auto d = sim::join_dumbbell(net, flows, edge, {.rate = 1'000'000'000, .delay = 5ms});
        net.finish();
        for (const auto& f : flows) REQUIRE(net.open(f.client, f.server));
        CHECK(net.run());
        for (const auto& f : flows) CHECK(f.is_complete());
        events = net.events();
        packets = net.router(d.left).forwarded + net.router(d.right).forwarded;
        CHECK(packets % 2 == 0);
        packets /= 2;
    }
};

}  // namespace

// A packet over three cables is transmitted and arrives three times; the rest is timers. A flow that has a thousand
// others beside it takes as many events as one that has the network for itself.
TEST_CASE("two thousand hosts cost what two cost, a thousand times") {
    const crowd one(1), thousand(1000);
    CHECK(one.events >= 6 * one.packets);
    CHECK(thousand.packets == 1000 * one.packets);
    CHECK(thousand.events == 1000 * one.events);
}
