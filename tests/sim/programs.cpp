// SPDX-License-Identifier: MIT
// sim/programs.hpp: coroutine programs on many hosts of one network, over links that lose and delay, in virtual time.
#include <doctest/doctest.h>

#include <sluice/base/siphash.hpp>
#include <sluice/host/sleep.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/sim/programs.hpp>
#include <sluice/sim/topology.hpp>

#include <numeric>
#include <vector>

#include "../../examples/echo.hpp"
#include "support/option_mixes.hpp"

namespace {

using namespace sluice;
using my_tcp = tcp<growable_buffers>;
using program_host = sim::program_host<my_tcp>;

const sim::link_settings lossy{.rate = 10'000'000,
                               .delay = 10ms,
                               .queue_packets = 50,
                               .loss = 0.03,
                               .corruption = 0.01,
                               .duplication = 0.02,
                               .reordering = 0.05,
                               .reordering_delay = 5ms};

/// A cookie is refused when the ACK that brings it is overtaken or lost, and text has left meanwhile.
const listen_options no_cookies_needed{.backlog = 1000};

std::vector<octet> words_of(std::size_t who, std::size_t length) {
    std::vector<octet> out(length);
    for (std::size_t i = 0; i < length; ++i) out[i] = sim::pattern(i, static_cast<int>(who));
    return out;
}

/// One client of the echo, and how it went.
struct client {
    std::vector<octet> words, heard{};
    error how = error::would_block;
    instant ended = never;

    task<> run(host<my_tcp>& at, ip_address server) {
        const auto done = co_await echo::client(at, server, words, heard);
        how = done.error();
        ended = at.now();
    }
    bool is_served() const { return how == error::none && heard == words; }
};

/// SipHash of every packet that was sent, with its time.
struct digest {
    std::uint64_t value = 0;
    void on_packet(const sim::packet_report& r) {
        if (r.what != sim::packet_event::sent) return;
        const auto time = static_cast<std::uint64_t>(r.now.time_since_epoch().count());
        value = siphash({value, time}, r.packet.data);
    }
};

}  // namespace

TEST_CASE("an echo between programs is right, octet for octet, over a link that loses, corrupts and reorders") {
    const auto mix = lab::with<my_tcp::settings>(lab::each_mix());
    for (const bool ipv6 : {false, true}) {
        sim::network net({.ipv6 = ipv6, .seed = 3});
        client c{.words = words_of(1, 300'000)};
        auto &here = sim::add_programs<my_tcp>(net, mix), &there = sim::add_programs<my_tcp>(net, mix);
        net.join(here.node, there.node, lossy);
        CHECK(there.endpoint.spawn(echo::server(there.endpoint)));
        CHECK(here.endpoint.spawn(c.run(here.endpoint, there.address.address)));
        net.finish();
        CHECK_FALSE(c.is_served());
        CHECK(net.run());
        CHECK(c.is_served());
        CHECK(here.endpoint.stack().count().retransmitted > 0);
        CHECK(here.endpoint.is_done());
        CHECK(there.endpoint.has_programs());  // the server goes on
    }
}

TEST_CASE("hundreds of clients on hosts of their own are served by one server through one bottleneck") {
    sim::network net({.seed = 4});
    auto& server = sim::add_programs<my_tcp>(net);
    std::vector<client> clients(300);
    std::vector<program_host*> hosts;
    const sim::node_id left = net.add_router(), right = net.add_router();
    net.join(left, right, {.rate = 100'000'000, .delay = 5ms, .queue_packets = 100, .loss = 0.01});
    net.join(server.node, right, {.rate = 1'000'000'000, .delay = 1ms});
    for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].words = words_of(i, 1000 + 37 * i);
        hosts.push_back(&sim::add_programs<my_tcp>(net));
        net.join(hosts[i]->node, left, {.rate = 100'000'000, .delay = 1ms});
        CHECK(hosts[i]->endpoint.spawn(clients[i].run(hosts[i]->endpoint, server.address.address)));
    }
    CHECK(server.endpoint.spawn(echo::server(server.endpoint, no_cookies_needed)));
    net.finish();
    CHECK(net.run());
    for (const client& each : clients) CHECK(each.is_served());
    const auto& t = server.endpoint.stack().variables();
    CHECK(t.by_address.size() == 1);  // the listener
    CHECK(server.endpoint.stack().surroundings().pool.in_use() == 0);
}

TEST_CASE("hundreds of programs share one host, each with a connection") {
    sim::network net({.seed = 5});
    auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
    sim::link_settings roomy = lossy;  // SYNs that leave together and are lost together would be so again and again
    roomy.queue_packets = 1000;
    net.join(here.node, there.node, roomy);
    std::vector<client> clients(400);
    CHECK(there.endpoint.spawn(echo::server(there.endpoint, no_cookies_needed)));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].words = words_of(i, 500 + i);
        CHECK(here.endpoint.spawn(clients[i].run(here.endpoint, there.address.address)));
    }
    net.finish();
    CHECK(net.run());
    for (const client& each : clients) CHECK(each.is_served());
    CHECK(here.endpoint.is_done());
}

TEST_CASE("the same seed gives the same packets at the same times, another seed others") {
    const auto run = [](std::uint64_t seed) {
        digest all;
        sim::network net({.seed = seed});
        auto& server = sim::add_programs<my_tcp>(net);
        const sim::node_id middle = net.add_router();
        net.join(server.node, middle, lossy);
        std::vector<client> clients(20);
        for (std::size_t i = 0; i < clients.size(); ++i) {
            clients[i].words = words_of(i, 5000);
            auto& each = sim::add_programs<my_tcp>(net);
            net.join(each.node, middle, lossy);
            CHECK(each.endpoint.spawn(clients[i].run(each.endpoint, server.address.address)));
        }
        CHECK(server.endpoint.spawn(echo::server(server.endpoint)));
        net.watch(all);
        net.finish();
        net.run();
        for (const client& each : clients) CHECK(each.is_served());
        return all.value;
    };
    const std::uint64_t first = run(7);
    CHECK(run(7) == first);
    CHECK(run(8) != first);
}

TEST_CASE("a host's secrets come from the network's seed: without any loss, another seed gives other packets too") {
    const auto run = [](std::uint64_t seed) {
        digest all;
        sim::network net({.seed = seed});
        client c{.words = words_of(1, 100)};
        auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
        net.join(here.node, there.node, {.delay = 10ms});
        CHECK(there.endpoint.spawn(echo::server(there.endpoint)));
        CHECK(here.endpoint.spawn(c.run(here.endpoint, there.address.address)));
        net.watch(all);
        net.finish();
        net.run();
        CHECK(c.is_served());
        return all.value;
    };
    CHECK(run(1) == run(1));
    CHECK(run(1) != run(2));
}

TEST_CASE("turns take no time: a program that lets others go first is done in the same instant") {
    sim::network net;
    auto& alone = sim::add_programs<my_tcp>(net);
    int turns = 0;
    const auto program = [&]() -> task<> {
        for (; turns < 10; ++turns) co_await next_turn();
        co_await sleep_for(1s);
        for (; turns < 20; ++turns) co_await next_turn();
        co_await sleep_for(0s);
        co_await sleep_until(instant());  // long ago
        ++turns;
    };
    CHECK(alone.endpoint.spawn(program()));
    net.finish();
    CHECK(turns == 10);
    CHECK(net.run());
    CHECK(turns == 21);
    CHECK(net.now() == instant(1s));
}

TEST_CASE("over a link without loss, times are what the wire's length makes them") {
    sim::network net;
    auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
    net.join(here.node, there.node, {.delay = 10ms});
    instant connected, echoed, ended;
    const auto ask = [&]() -> task<> {
        tcp_socket socket(here.endpoint);
        const std::array<octet, 5> words{'h', 'e', 'l', 'l', 'o'};
        std::array<octet, 5> heard{};
        co_await sleep_until(instant(1s));
        CHECK(co_await socket.connect({there.address.address, echo::port}));
        connected = here.endpoint.now();
        CHECK(co_await socket.send(words));
        CHECK(co_await socket.recv(heard));
        CHECK(heard == words);
        echoed = here.endpoint.now();
        CHECK(socket.shutdown());
        const auto end = co_await socket.recv(heard);
        CHECK(end.value_or(9) == 0);
        ended = here.endpoint.now();
    };
    CHECK(there.endpoint.spawn(echo::server(there.endpoint)));
    CHECK(here.endpoint.spawn(ask()));
    net.finish();
    CHECK(net.run());
    CHECK(connected == instant(1020ms));
    CHECK(echoed == instant(1040ms));
    CHECK(ended == instant(1060ms));
}

TEST_CASE("time limits on accept, connect and recv end in their very instant") {
    sim::network net;
    auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
    net.join(here.node, there.node, {.delay = 10ms});
    std::vector<instant> over;
    const auto note = [&](auto answer, host<my_tcp>& at) {
        CHECK(answer.error() == error::timed_out);
        over.push_back(at.now());
    };
    const auto serve = [&]() -> task<> {
        tcp_listener listener(there.endpoint);
        CHECK(listener.listen({.address = {}, .port = 7}));
        note(co_await with_timeout(listener.accept(), 1s), there.endpoint);
        auto accepted = co_await with_timeout(listener.accept(), 10s);
        CHECK(accepted);
        tcp_socket<my_tcp> socket = *std::move(accepted);
        note(co_await with_timeout(socket.recv({}), instant(4s)), there.endpoint);
    };
    const auto ask = [&]() -> task<> {
        co_await sleep_for(2s);
        tcp_socket socket(here.endpoint);
        note(co_await with_timeout(socket.connect({ip_address::v4(192, 0, 2, 1), 7}), 500ms), here.endpoint);
        CHECK(co_await with_timeout(socket.connect({there.address.address, 7}), 1s));
        co_await sleep_for(10s);
    };
    CHECK(there.endpoint.spawn(serve()));
    CHECK(here.endpoint.spawn(ask()));
    net.finish();
    CHECK(net.run());
    CHECK(over == std::vector{instant(1s), instant(2500ms), instant(4s)});
}

TEST_CASE("a world may end at any time, whatever its programs wait for") {
    for (const duration when : {0ms, 1ms, 15ms, 25ms, 100ms, 300ms, 1000ms}) {
        sim::network net({.seed = 6});
        std::vector<client> clients(20);
        auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
        net.join(here.node, there.node, lossy);
        CHECK(there.endpoint.spawn(echo::server(there.endpoint)));
        for (std::size_t i = 0; i < clients.size(); ++i) {
            clients[i].words = words_of(i, 100'000);
            CHECK(here.endpoint.spawn(clients[i].run(here.endpoint, there.address.address)));
        }
        net.finish();
        CHECK_FALSE(net.run(instant(when)));
        CHECK(here.endpoint.has_programs());
    }
}

TEST_CASE("what is spawned while the world runs begins when its host is served") {
    sim::network net;
    client c{.words = words_of(1, 100)};
    auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
    net.join(here.node, there.node, {.delay = 10ms});
    net.finish();
    CHECK(net.run());
    CHECK(there.endpoint.spawn(echo::server(there.endpoint)));
    CHECK(here.endpoint.spawn(c.run(here.endpoint, there.address.address)));
    net.serve(there.node);
    net.serve(here.node);
    CHECK(net.run());
    CHECK(c.is_served());
}

TEST_CASE("where the sender's link pushes back, its queue loses nothing") {
    sim::network net;
    client c{.words = words_of(1, 200'000)};
    auto &here = sim::add_programs<my_tcp>(net), &there = sim::add_programs<my_tcp>(net);
    net.join(here.node, there.node,
             {.rate = 10'000'000, .delay = 10ms, .queue_packets = 2, .pushes_back = true});
    CHECK(there.endpoint.spawn(echo::server(there.endpoint)));
    CHECK(here.endpoint.spawn(c.run(here.endpoint, there.address.address)));
    net.finish();
    CHECK(net.run());
    CHECK(c.is_served());
    CHECK(here.endpoint.stack().count().retransmitted == 0);
    CHECK(there.endpoint.stack().count().retransmitted == 0);
}
