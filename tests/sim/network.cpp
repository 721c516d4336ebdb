// SPDX-License-Identifier: MIT
// Packets through networks whose paths are known by hand: which way, how long, how many hops, and what routers count.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/sim/network.hpp>
#include <sluice/sim/topology.hpp>

#include "post_box.hpp"
#include "support/compositions.hpp"

using namespace sluice;
using sim::node_id;
using sim::packet_event;

namespace {

using post_host = sim::host<post::box, post::nobody>;

post_host& add_post(sim::network& in) { return in.add_endpoint<post::box>(post::nobody{}, 1500); }

void send(sim::network& in, post_host& from, const ip_address& to, std::size_t length, std::uint8_t hop_limit = 64) {
    from.endpoint.to_send.push_back(post::letter(from.address.address, to, length, hop_limit));
    in.serve(from.node);
}
void send(sim::network& in, post_host& from, post_host& to, std::size_t length, std::uint8_t hop_limit = 64) {
    send(in, from, to.address.address, length, hop_limit);
}

/// Counts what passes over a cable, either way.
struct passages {
    int delivered[2]{};
    void on_packet(const sim::packet_report& r) { delivered[r.from] += r.what == packet_event::delivered ? 1 : 0; }
    bool operator==(const passages&) const = default;
};

/// To the nanosecond above, as the link has it: the definition, not the link's formula.
duration serialisation(std::size_t octets, std::uint64_t rate) {
    std::uint64_t ns = 0;
    const std::uint64_t bits = octets * 8;
    ns = bits * 1'000'000'000 / rate;
    return duration(static_cast<std::int64_t>(ns * rate < bits * 1'000'000'000 ? ns + 1 : ns));
}

}  // namespace

//   0 --- 1 --- 2      a host on each router
//   |     |     |
//   3 --- 4 --- 5
TEST_CASE("packets take the shortest path through a mesh, each way by itself") {
    for (const bool ipv6 : {false, true}) {
        sim::network net({.ipv6 = ipv6});
        std::vector<node_id> routers;
        std::vector<post_host*> hosts;
        for (int i = 0; i < 6; ++i) routers.push_back(net.add_router());
        for (int i = 0; i < 6; ++i) hosts.push_back(&add_post(net));
        std::vector<sim::cable_id> cables;
        const std::pair<std::size_t, std::size_t> edges[] = {{0, 1}, {1, 2}, {2, 5}, {0, 3}, {3, 4}, {4, 5}, {1, 4}};
        for (const auto& [a, b] : edges) cables.push_back(net.join(routers[a], routers[b], {.delay = 1ms}));
        for (std::size_t i = 0; i < 6; ++i) net.join(hosts[i]->node, routers[i], {.delay = 1ms});
        std::vector<passages> seen(7);
        for (std::size_t i = 0; i < 7; ++i) net.watch(cables[i], seen[i]);
        net.finish();

        // 3 to 2: 3-0-1-2, since 0-3 was joined before the others out of 3. 2 to 3: 2-1-0-3, since 1-2 was before 2-5.
        send(net, *hosts[3], *hosts[2], 100);
        send(net, *hosts[2], *hosts[3], 100);
        // 5 to 1: 5-2-1. 4 to 2: 4-5-2. 2 to 4: 2-1-4.
        send(net, *hosts[5], *hosts[1], 100);
        send(net, *hosts[4], *hosts[2], 100);
        send(net, *hosts[2], *hosts[4], 100);
        CHECK(net.run());
        const std::vector<passages> expected{{{1, 1}}, {{1, 3}}, {{0, 2}}, {{1, 1}}, {{0, 0}}, {{1, 0}}, {{1, 0}}};
        for (std::size_t i = 0; i < 7; ++i) {
            CAPTURE(i);
            CHECK(seen[i] == expected[i]);
        }
        const std::vector<std::pair<std::size_t, std::size_t>> got{{1, 1}, {2, 2}, {3, 1}, {4, 1}, {0, 0}, {5, 0}};
        for (const auto& [host, count] : got) CHECK(hosts[host]->endpoint.arrivals.size() == count);
        CHECK(hosts[1]->endpoint.arrivals[0].at == instant(4ms));  // the host's cable, two more, the host's
        CHECK(hosts[3]->endpoint.arrivals[0].at == instant(5ms));
    }
}

TEST_CASE("a chain adds exactly its serialisation times and delays to a packet, whatever they are on each hop") {
    sim::network net;
    auto &from = add_post(net), &to = add_post(net);
    const std::uint64_t rates[] = {1'000'000'000, 10'000'000, 3'000'000, 7'777'777, 100'000'000, 0};
    const duration delays[] = {1ms, 20ms, 300us, 7ns, 5ms, 2ms};
    std::vector<node_id> nodes{from.node};
    for (int i = 0; i < 5; ++i) nodes.push_back(net.add_router());
    nodes.push_back(to.node);
    for (std::size_t i = 0; i < 6; ++i) net.join(nodes[i], nodes[i + 1], {.rate = rates[i], .delay = delays[i]}, {});
    net.finish();
    for (const std::size_t length : {40u, 333u, 1500u}) {
        const instant begin = net.now();
        send(net, from, to, length);
        CHECK(net.run());
        duration expected{};
        for (std::size_t i = 0; i < 6; ++i)
            expected += delays[i] + (rates[i] == 0 ? 0ns : serialisation(length, rates[i]));
        REQUIRE(!to.endpoint.arrivals.empty());
        CHECK(to.endpoint.arrivals.back().at - begin == expected);
        CHECK(to.endpoint.arrivals.back().data.size() == length);
    }
    CHECK(to.endpoint.arrivals.size() == 3);
}

TEST_CASE("packets in a row are spread over the hops like goods in a pipeline: (n + hops - 1) T + hops D") {
    sim::network net;
    auto &from = add_post(net), &to = add_post(net);
    const sim::link_settings each{.rate = 10'000'000, .delay = 3ms};
    const sim::chain row = sim::join_chain(net, 5, each);
    net.join(from.node, row.routers.front(), each);
    net.join(to.node, row.routers.back(), each);
    net.finish();
    for (int i = 0; i < 9; ++i)
        from.endpoint.to_send.push_back(post::letter(from.address.address, to.address.address, 1250));
    net.serve(from.node);
    CHECK(net.run());
    REQUIRE(to.endpoint.arrivals.size() == 9);
    CHECK(to.endpoint.arrivals.back().at == instant((9 + 6 - 1) * 1ms + 6 * 3ms));
}

TEST_CASE("each router takes one from the hop limit, and the one where it comes to 0 drops the packet and counts it") {
    for (const bool ipv6 : {false, true}) {
        sim::network net({.ipv6 = ipv6});
        auto &from = add_post(net), &to = add_post(net);
        const sim::chain row = sim::join_chain(net, 5, {.delay = 1ms});
        net.join(from.node, row.routers.front(), {});
        net.join(to.node, row.routers.back(), {});
        net.finish();
        for (const std::uint8_t limit : std::array<std::uint8_t, 4>{3, 5, 6, 64}) send(net, from, to, 100, limit);
        CHECK(net.run());
        const auto& arrivals = to.endpoint.arrivals;
        REQUIRE(arrivals.size() == 2);
        for (const std::size_t i : {0u, 1u}) {
            ip_meta meta;
            const octets data = arrivals[i].data;
            // The IPv4 header's checksum is verified in there.
            REQUIRE((ipv6 ? ipv6::read(data, 100, meta) : ipv4::read(data, 100, meta)).total_length == 100);
            CHECK(meta.hop_limit == (i == 0 ? 1 : 59));
            CHECK(meta.source == from.address.address);
            CHECK(meta.destination == to.address.address);
        }
        const std::uint64_t expired[] = {0, 0, 1, 0, 1}, forwarded[] = {4, 4, 3, 3, 2};
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK(net.router(row.routers[i]).expired == expired[i]);
            CHECK(net.router(row.routers[i]).forwarded == forwarded[i]);
            CHECK(net.router(row.routers[i]).unroutable == 0);
            CHECK(net.router(row.routers[i]).malformed == 0);
        }
    }
}

TEST_CASE("what is for nobody, for a router, or for a host that no way leads to, is counted where it ends") {
    sim::network net;
    auto &from = add_post(net), &alone = add_post(net), &apart = add_post(net);
    const node_id near = net.add_router(), next = net.add_router(), far = net.add_router();
    net.join(from.node, near, {});
    net.join(near, next, {});
    net.join(apart.node, far, {});
    net.finish();
    send(net, from, ip_address::v4(192, 0, 2, 1), 100);
    send(net, from, sim::address_of(1000, false), 100);
    send(net, from, sim::address_of(static_cast<std::uint32_t>(next), false), 100);
    send(net, from, alone, 100);
    send(net, from, apart, 100);
    CHECK(net.run());
    CHECK(net.router(near).unroutable == 5);
    CHECK(net.router(near).forwarded == 0);
    CHECK(net.router(far).unroutable == 0);
    CHECK(apart.endpoint.arrivals.empty());
    CHECK(alone.endpoint.arrivals.empty());
    send(net, alone, from, 100);  // it has no cable: nothing leaves
    CHECK(alone.endpoint.to_send.size() == 1);
}

TEST_CASE("a packet comes back through the router it came from, to a host beside its sender or to itself") {
    sim::network net;
    auto &a = add_post(net), &b = add_post(net);
    const node_id router = net.add_router();
    net.join(router, a.node, {.delay = 1ms}, {.delay = 5ms});  // to a 1 ms, from a 5 ms
    net.join(b.node, router, {.delay = 2ms}, {.delay = 3ms});  // from b 2 ms, to b 3 ms
    net.finish();
    send(net, a, b, 100);
    send(net, b, a, 100);
    send(net, a, a, 100);
    CHECK(net.run());
    REQUIRE(b.endpoint.arrivals.size() == 1);
    CHECK(b.endpoint.arrivals[0].at == instant(8ms));
    REQUIRE(a.endpoint.arrivals.size() == 2);
    CHECK(a.endpoint.arrivals[0].at == instant(3ms));
    CHECK(a.endpoint.arrivals[1].at == instant(6ms));
}

TEST_CASE("a header that is damaged on the way ends at the next router, a damaged payload goes on") {
    sim::network net;
    auto &from = add_post(net), &to = add_post(net);
    const node_id router = net.add_router();
    net.join(from.node, router, {.corruption = 1});
    net.join(to.node, router, {});
    net.finish();
    for (int i = 0; i < 1000; ++i) send(net, from, to, 100);
    CHECK(net.run());
    const auto& count = net.router(router);
    // 20 of 100 octets: B(1000, 0.2), five standard deviations are 63.
    CHECK(count.malformed + count.unroutable > 200 - 63);
    CHECK(count.malformed + count.unroutable < 200 + 63);
    CHECK(count.forwarded == to.endpoint.arrivals.size());
    CHECK(count.malformed + count.unroutable + count.forwarded == 1000);
}

TEST_CASE("a tap sees its own cable, from its ends, and numbers that have no gaps; or it sees every cable") {
    sim::network net;
    auto &a = add_post(net), &b = add_post(net), &c = add_post(net);
    const node_id router = net.add_router();
    net.join(a.node, router, {});
    net.join(b.node, router, {});
    const sim::cable_id last = net.join(c.node, router, {});
    struct tap {
        std::vector<std::pair<std::uint64_t, int>> sent{};
        void on_packet(const sim::packet_report& r) {
            if (r.what == packet_event::sent) sent.emplace_back(r.packet.number, r.from);
        }
    } one, all;
    net.watch(last, one);
    net.watch(all);
    net.finish();
    send(net, a, b, 100);
    send(net, a, c, 100);
    CHECK(net.run());
    send(net, c, b, 100);
    CHECK(net.run());
    send(net, b, c, 100);
    CHECK(net.run());
    CHECK(one.sent == std::vector<std::pair<std::uint64_t, int>>{{0, 1}, {1, 0}, {2, 1}});
    CHECK(all.sent.size() == 8);
}

TEST_CASE("waiting counts at each link by itself") {
    sim::network net;
    auto &from = add_post(net), &to = add_post(net);
    const node_id router = net.add_router();
    const sim::link_settings slow{.rate = 1'000'000};  // 100 octets: 800 us
    const sim::cable_id first = net.join(from.node, router, slow), second = net.join(router, to.node, {});
    struct tap {
        std::vector<duration> queued{};
        void on_packet(const sim::packet_report& r) {
            if (r.what == packet_event::delivered) queued.push_back(r.packet.queued);
        }
    } at_first, at_second;
    net.watch(first, at_first);
    net.watch(second, at_second);
    net.finish();
    for (int i = 0; i < 3; ++i) send(net, from, to, 100);
    CHECK(net.run());
    CHECK(at_first.queued == std::vector<duration>{0us, 800us, 1600us});
    CHECK(at_second.queued == std::vector<duration>{0us, 0us, 0us});
}

TEST_CASE("a host waits for room where its own link pushes back, and a router never does: it drops") {
    sim::network net;
    auto &from = add_post(net), &to = add_post(net);
    const node_id router = net.add_router();
    const sim::link_settings narrow{.rate = 1'000'000, .queue_packets = 2, .pushes_back = true};
    sim::link_settings narrower = narrow;
    narrower.rate = 500'000;
    net.join(from.node, router, narrow);
    net.join(router, to.node, narrower);
    net.finish();
    for (int i = 0; i < 20; ++i)
        from.endpoint.to_send.push_back(post::letter(from.address.address, to.address.address, 125));
    net.serve(from.node);
    CHECK(from.endpoint.to_send.size() == 17);
    CHECK(net.run());
    CHECK(from.endpoint.to_send.empty());
    CHECK(net.router(router).forwarded == 20);
    // One comes each millisecond and takes two: by the last, at 20 ms, ten have begun to leave (at 1, 3, … 19 ms), and
    // two wait.
    CHECK(to.endpoint.arrivals.size() == 12);
}

namespace {

/// Opens by itself, when its time has come.
struct sleeper {
    socket_address from{}, to{};
    instant at = instant(3s);
    void step(auto& endpoint, instant now) {
        if (now < at) return;
        at = never;
        CHECK(endpoint.connect(from, to, now));
    }
    instant wake() const { return at; }
};
struct listener {
    socket_address at{};
    void step(auto& endpoint, instant now) {
        if (endpoint.state() == state::closed && !has_listened) CHECK(endpoint.listen(at, now));
        has_listened = true;
    }
    bool has_listened = false;
};

}  // namespace

TEST_CASE("hosts of different compositions, settings and applications share a network, and begin by themselves") {
    sim::network net;
    auto& client = net.add_host<plain_tcp>({}, sleeper{});
    small_tcp::settings small;
    small.limits.mtu = 576;
    auto& server = net.add_host<small_tcp>(small, listener{});
    auto& other = add_post(net);
    client.application.from = client.address;
    client.application.to = server.application.at = server.address;
    CHECK(server.longest_packet == 576);
    CHECK(client.longest_packet == plain_tcp::settings{}.limits.mtu);
    const node_id router = net.add_router();
    for (const node_id each : {client.node, server.node, other.node}) net.join(each, router, {.delay = 10ms});
    net.finish();
    CHECK(server.endpoint.state() == state::listen);  // its first step
    net.run(instant(3s + 39ms));
    CHECK(client.endpoint.state() == state::syn_sent);
    net.run(instant(3s + 40ms));
    CHECK(client.endpoint.state() == state::established);
    net.run(instant(3s + 60ms));
    CHECK(server.endpoint.state() == state::established);
    CHECK(client.endpoint.surroundings().settings.seed.words != server.endpoint.surroundings().settings.seed.words);
}
