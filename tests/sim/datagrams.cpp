// SPDX-License-Identifier: MIT
// Datagrams at a constant rate over a network: how many come, when, and what queues do to who never answers.
#include <doctest/doctest.h>

#include <sluice/sim/datagrams.hpp>
#include <sluice/sim/metrics.hpp>
#include <sluice/sim/topology.hpp>

using namespace sluice;
using sim::spread;

namespace {

/// When each left its host.
struct departures {
    std::vector<instant> at;
    void on_packet(const sim::packet_report& r) {
        if (r.what == sim::packet_event::sent && r.from == 0) at.push_back(r.now);
    }
};

struct path {
    explicit path(const sim::datagram_settings& s, const sim::link_settings& over = {.delay = 10ms}, bool ipv6 = false)
        : net({.ipv6 = ipv6, .seed = 3}), flow(sim::add_datagrams(net, s)) {
        net.watch(net.join(flow.client.node, flow.server.node, over), left);
        net.finish();
    }
    sim::network net;
    sim::datagram_flow flow;
    departures left;
};

}  // namespace

TEST_CASE("a source sends one packet each length / rate, exactly, and the sink counts every one") {
    for (const bool ipv6 : {false, true}) {
        path p({.rate = 7'000'000, .length = 1250, .start = instant(3ms), .stop = instant(10s)}, {.delay = 10ms}, ipv6);
        CHECK(p.net.run());
        // 10,000 bits at 7 Mbit/s are 10/7 ms; those before 10 s: 9997 ms · 7/10 = 6997.9
        REQUIRE(p.left.at.size() == 6998);
        for (std::size_t n = 0; n < p.left.at.size(); ++n)
            CHECK(p.left.at[n] == instant(3ms + duration(static_cast<std::int64_t>(n * 10'000'000'000 / 7000))));
        const sim::datagram_sink& sink = p.flow.server.endpoint;
        CHECK(sink.packets == 6998);
        CHECK(sink.octets == 6998 * 1250);
        CHECK(sink.missing() == 0);
        CHECK(sink.refused == 0);
        CHECK(sink.last == p.left.at.back() + 10ms);
        CHECK(p.flow.client.endpoint.sent() == 6998);
    }
}

TEST_CASE("on and off by the clock: ten packets in each period that is on, the first at its beginning") {
    path p({.rate = 1'200'000, .times = {.on = 100ms, .off = 400ms}, .stop = instant(10s)});
    CHECK(p.net.run());
    REQUIRE(p.left.at.size() == 200);
    for (std::size_t n = 0; n < 200; ++n)
        CHECK(p.left.at[n] == instant(static_cast<int>(n / 10) * 500ms + static_cast<int>(n % 10) * 10ms));
}

// 1000 packets a second, half the time. The time on in T = 1000 s has a variance of T · 2 · 0.1⁴ / 0.2³ = 25 s², so σ
// is 5000 packets; and each of 5000 periods rounds its packets up, by half a one. Of the periods e^-2 = 677 are longer
// than twice the mean; where all are as long as the mean, the control, none is.
TEST_CASE("drawn periods are on for their share of the time") {
    path p({.rate = 12'000'000,
            .times = {.on = 100ms, .off = 100ms, .lengths = spread::exponential},
            .stop = instant(1000s)});
    CHECK(p.net.run());
    const double sent = static_cast<double>(p.left.at.size());
    CHECK(sent > 502'500 - 5 * 5000);
    CHECK(sent < 502'500 + 5 * 5000);
    std::size_t bursts = 0, long_bursts = 0;
    for (std::size_t n = 1, length = 1; n < p.left.at.size(); ++n, ++length) {
        if (p.left.at[n] - p.left.at[n - 1] == 1ms) continue;
        ++bursts;
        long_bursts += length > 200 ? 1 : 0;
        length = 0;
    }
    CHECK(bursts > 4500);
    CHECK(bursts < 5500);
    CHECK(long_bursts > 677 - 5 * 27);
    CHECK(long_bursts < 677 + 5 * 27);
}

// 12 Mbit/s into 10 Mbit/s: of ten seconds' 10,000 packets the link carries one each 1.2 ms, and what the queue still
// holds at the end.
TEST_CASE("it answers to nothing: what the link can't carry is dropped, and the sink misses exactly that") {
    struct tap {
        std::uint64_t dropped = 0;
        void on_packet(const sim::packet_report& r) { dropped += r.what == sim::packet_event::dropped ? 1 : 0; }
    } drops;
    sim::network net;
    const auto flow = sim::add_datagrams(net, {.rate = 12'000'000, .stop = instant(10s)});
    const sim::dumbbell d = sim::join_dumbbell(net, {.rate = 10'000'000, .delay = 5ms, .queue_packets = 20}, {});
    sim::join_flow(net, flow, d.left, d.right, {});
    net.watch(d.bottleneck, drops);
    net.finish();
    CHECK(net.run());
    const sim::datagram_sink& sink = flow.server.endpoint;
    CHECK(flow.client.endpoint.sent() == 10'000);
    CHECK(sink.packets + drops.dropped == 10'000);
    CHECK(sink.packets >= 8333 + 20);
    CHECK(sink.packets <= 8333 + 22);
}

TEST_CASE("marked where a queue marks what is ECN-capable, refused where bits were turned") {
    const sim::link_settings marking{.rate = 10'000'000, .discipline = sim::step_marking_settings{.packets = 10}};
    path capable({.rate = 12'000'000, .ecn = ecn_codepoint::ect0, .stop = instant(1s)}, marking);
    path plain({.rate = 12'000'000, .stop = instant(1s)}, marking);
    CHECK(capable.net.run());
    CHECK(plain.net.run());
    CHECK(capable.flow.server.endpoint.packets == 1000);
    // One in six is not carried: more than ten wait when seventy or so have come, and from there on always.
    CHECK(capable.flow.server.endpoint.ce >= 1000 - 80);
    CHECK(capable.flow.server.endpoint.ce <= 1000 - 60);
    CHECK(plain.flow.server.endpoint.ce == 0);
    CHECK(plain.flow.server.endpoint.packets < 900);

    path broken({.rate = 12'000'000, .stop = instant(1s)}, {.corruption = 1});
    CHECK(broken.net.run());
    CHECK(broken.flow.server.endpoint.refused == 1000);
}

// A router drops what has a wrong header checksum, so what it forwards and the sink counts as CE was marked in full.
TEST_CASE("routers forward what a queue before them has marked, and a second queue reports only what it marks itself") {
    for (const bool ipv6 : {false, true}) {
        sim::network net({.ipv6 = ipv6});
        const auto flow = sim::add_datagrams(
            net, {.rate = 12'000'000, .ecn = ecn_codepoint::ect1, .stop = instant(1s)});
        const sim::link_settings first{.rate = 10'000'000, .discipline = sim::step_marking_settings{.packets = 10}};
        const sim::link_settings second{.rate = 9'000'000, .discipline = sim::step_marking_settings{.packets = 0}};
        const sim::dumbbell d = sim::join_dumbbell(net, second, {});
        const sim::cable_id access = net.join(flow.client.node, d.left, first, {});
        net.join(flow.server.node, d.right, {});
        sim::packet_counts at_access(0), at_bottleneck(0);
        net.watch(access, at_access);
        net.watch(d.bottleneck, at_bottleneck);
        net.finish();
        CHECK(net.run());
        CHECK(net.router(d.left).malformed == 0);
        CHECK(flow.server.endpoint.packets == 1000);
        CHECK(at_access.marked > 900);
        CHECK(at_bottleneck.marked > 0);
        CHECK(flow.server.endpoint.ce == at_access.marked + at_bottleneck.marked);
    }
}

TEST_CASE("a link that pushes back makes packets wait at the host, in order and without a drop") {
    path p({.rate = 12'000'000, .stop = instant(1s)}, {.rate = 6'000'000, .queue_packets = 2, .pushes_back = true});
    CHECK_FALSE(p.net.run(instant(1s)));
    CHECK(p.flow.client.endpoint.due_so_far() == 1000);
    CHECK(p.flow.client.endpoint.sent() == 503);  // 500 carried, three in the link
    CHECK(p.net.run());
    CHECK(p.flow.server.endpoint.packets == 1000);
    CHECK(p.flow.server.endpoint.missing() == 0);
}
