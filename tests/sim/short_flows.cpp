// SPDX-License-Identifier: MIT
// Flows that come and go: when they begin, and how long they take, against round trips that can be counted.
#include <doctest/doctest.h>

#include <cmath>

#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/sim/datagrams.hpp>
#include <sluice/sim/flow.hpp>
#include <sluice/sim/short_flows.hpp>
#include <sluice/sim/topology.hpp>

#include "support/compositions.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;
using sim::spread;

namespace {

/// Alone on a cable.
struct path {
    explicit path(const sim::short_flow_settings& s, const sim::link_settings& over, std::uint64_t seed = 1)
        : net({.seed = seed}), flows(sim::add_short_flows<my_tcp>(net, s)) {
        net.join(flows.client.node, flows.server.node, over);
        net.finish();
        CHECK(net.run());
        CHECK(flows.log->flows.size() == s.flows);
        CHECK(flows.log->wrong == 0);
    }
    sim::network net;
    sim::short_flows<my_tcp> flows;
};

const sim::link_settings ten_ms{.delay = 10ms};

}  // namespace

// A handshake is a round trip; ten segments of 1448 octets, the initial window, arrive half a one later; twenty more a
// round trip after that.
TEST_CASE("a flow takes the round trips that slow start needs for its size") {
    const auto time_of = [](std::uint64_t octets) {
        const path p({.flows = 20, .octets = octets}, ten_ms);
        CHECK(p.flows.log->complete() == 20);
        const auto times = p.flows.log->completion_times();
        REQUIRE(times.size() == 20);
        CHECK(times.front() == times.back());
        return times.front();
    };
    CHECK(time_of(1) == 30ms);  // eight octets, its number
    CHECK(time_of(10 * 1448) == 30ms);
    CHECK(time_of(10 * 1448 + 1) == 50ms);
    CHECK(time_of(30 * 1448) == 50ms);
    CHECK(time_of(30 * 1448 + 1) == 70ms);
}

TEST_CASE("flows begin by the clock, or as a Poisson process of their rate") {
    const path fixed({.flows = 50, .interval = 20ms, .intervals = spread::fixed, .start = 1s}, ten_ms);
    for (int i = 0; i < 50; ++i)
        CHECK(fixed.flows.log->flows[static_cast<std::size_t>(i)].began == instant(1s + 20ms * (i + 1)));

    // The 2000th begins after 2000 intervals of mean 20 ms and the same σ; of the gaps 1/e are above the mean.
    const path drawn({.flows = 2000, .interval = 20ms, .octets = 1000}, ten_ms);
    const auto& flows = drawn.flows.log->flows;
    const auto all = static_cast<double>(flows.back().began.time_since_epoch() / 1ms);
    CHECK(std::abs(all - 40'000) < 5 * 20 * std::sqrt(2000));
    int above = 0;
    for (std::size_t i = 1; i < flows.size(); ++i) above += flows[i].began - flows[i - 1].began > 20ms ? 1 : 0;
    CHECK(std::abs(above - 2000 * std::exp(-1)) < 5 * std::sqrt(2000 * 0.3679 * 0.6321));
    CHECK(drawn.flows.log->complete() == 2000);
}

TEST_CASE("sizes are drawn around their mean, and every octet of every flow is verified over a link that loses") {
    const path p({.flows = 400, .interval = 50ms, .octets = 20'000, .sizes = spread::exponential},
                 {.rate = 20'000'000,
                  .delay = 5ms,
                  .queue_packets = 100,
                  .loss = 0.01,
                  .reordering = 0.01,
                  .reordering_delay = 3ms});
    CHECK(p.flows.log->complete() == 400);
    CHECK(p.flows.client.endpoint.stack().count().retransmitted > 20);
    double sum = 0;
    for (const auto& each : p.flows.log->flows) sum += static_cast<double>(each.octets);
    CHECK(std::abs(sum / 400 - 20'000) < 5 * 20'000 / std::sqrt(400));
    CHECK(p.flows.log->flows[0].octets != p.flows.log->flows[1].octets);
}

TEST_CASE("a flow that can't connect is reported as one that failed") {
    const path p({.flows = 3}, {.delay = 10ms, .loss = 1});
    CHECK(p.flows.log->complete() == 0);
    for (const auto& each : p.flows.log->flows) CHECK(each.failure == error::timed_out);
}

TEST_CASE("the same seed gives the same flows, another seed others") {
    const auto times = [](std::uint64_t seed) {
        const path p({.flows = 50, .octets = 50'000, .sizes = spread::exponential},
                     {.rate = 10'000'000, .delay = 5ms, .queue_packets = 30}, seed);
        return p.flows.log->completion_times();
    };
    CHECK(times(1) == times(1));
    CHECK(times(1) != times(2));
}

// A bulk transfer alone fills its bottleneck; a third of it taken by datagrams that never yield, it is left two thirds;
// short flows besides make it still slower.
TEST_CASE("cross traffic takes its share from a bulk transfer") {
    const auto run = [](bool datagrams, bool flows) {
        sim::network net;
        const auto bulk = sim::add_flow<default_tcp>(net, 3'000'000);
        const sim::dumbbell d =
            sim::join_dumbbell(net, {.rate = 9'000'000, .delay = 5ms, .queue_packets = 60}, {.delay = 5ms});
        sim::join_flow(net, bulk, d.left, d.right, {});
        if (datagrams)
            sim::join_flow(net, sim::add_datagrams(net, {.rate = 3'000'000, .stop = instant(6s)}), d.left, d.right, {});
        if (flows)
            sim::join_flow(net, sim::add_short_flows<my_tcp>(net, {.flows = 100, .interval = 40ms, .octets = 10'000}),
                           d.left, d.right, {});
        net.finish();
        REQUIRE(net.open(bulk.client, bulk.server));
        CHECK(net.run());
        CHECK(bulk.is_complete());
        return std::chrono::duration<double>(bulk.complete_at().time_since_epoch()).count();
    };
    const double alone = run(false, false), beside_datagrams = run(true, false), beside_both = run(true, true);
    CHECK(alone < 3.0);  // 24 Mbit of text, 4 % of headers: 2.77 s and slow start
    CHECK(beside_datagrams > 1.4 * alone);
    CHECK(beside_datagrams < 1.7 * alone);
    CHECK(beside_both > beside_datagrams + 0.3);
}
