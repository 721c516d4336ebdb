// SPDX-License-Identifier: MIT
// stack/stack.hpp: many connections, from listen and connect to the last record, between two stacks.
#include <doctest/doctest.h>

#include "support/pair.hpp"

#include <sluice/policy/buffers/growable_buffers.hpp>

#include <numeric>
#include <set>

namespace {

using namespace sluice;
using tcp_type = tcp<growable_buffers>;
using pair = lab::pair<tcp_type>;

std::vector<octet> message(std::size_t length, octet first) {
    std::vector<octet> out(length);
    std::iota(out.begin(), out.end(), first);
    return out;
}

std::vector<octet> read_all(auto& stack, handle h, instant now) {
    std::vector<octet> out(65536);
    out.resize(stack.receive(h, out, now).value_or(0));
    return out;
}

}  // namespace

TEST_CASE("a connection is opened, carries text both ways, and is closed; nothing is left behind") {
    pair p;
    const handle l = p.listen();
    const auto [c, s] = p.open(l);
    CHECK(p.client.look(c)->state() == state::established);
    CHECK(p.server.look(s)->state() == state::established);
    const auto hello = message(100, 1), answer = message(3000, 7);
    CHECK(p.client.send(c, hello, p.now).value_or(0) == 100);
    p.settle();
    CHECK(read_all(p.server, s, p.now) == hello);
    CHECK(p.server.send(s, answer, p.now).value_or(0) == 3000);
    p.settle();
    CHECK(read_all(p.client, c, p.now) == answer);

    CHECK(p.client.close(c, p.now));
    p.settle();
    CHECK(p.server.receive(s, {}, p.now).error() == error::closing);
    CHECK(p.server.close(s, p.now));
    p.settle();
    CHECK(p.server.variables().sockets.size() <= 1);  // the one to unfold records in
    CHECK(p.server.variables().time_waits.size() == 0);
    CHECK(p.client.variables().time_waits.size() == 1);
    CHECK(p.client.variables().sockets.size() <= 1);
    p.pass(60s);
    CHECK(p.client.variables().time_waits.size() == 0);
    CHECK(p.client.variables().by_address.size() == 0);
    CHECK(p.server.variables().by_address.size() == 1);  // the listener
    CHECK(p.client.next_deadline() == never);
    CHECK(p.server.next_deadline() == never);
    CHECK(p.client.surroundings().pool.in_use() == 0);
    CHECK(p.server.surroundings().pool.in_use() == 0);
}

TEST_CASE("events name the socket, its cookie, and what has happened to it") {
    pair p;
    const auto l = p.server.listen(lab::server_socket, p.now, {}, 5);
    REQUIRE(l);
    const auto c = p.client.connect({lab::client_address, 0}, lab::server_socket, p.now, 77);
    REQUIRE(c);
    p.settle();
    const auto at_client = p.client.poll_event(), at_server = p.server.poll_event();
    REQUIRE(at_client);
    CHECK(at_client->socket == *c);
    CHECK(at_client->what == news::connected);
    CHECK(at_client->cookie == 77);
    REQUIRE(at_server);
    CHECK(at_server->socket == *l);
    CHECK(at_server->what == news::acceptable);
    CHECK(at_server->cookie == 5);
    CHECK_FALSE(p.client.poll_event());
    CHECK_FALSE(p.server.poll_event());
    const auto s = p.server.accept(*l, p.now, 6);
    REQUIRE(s);
    CHECK(p.server.accept(*l, p.now).error() == error::would_block);
    CHECK(p.take_news(p.server, *s) == std::vector{news::connected});
    REQUIRE(p.client.send(*c, message(5, 0), p.now));
    p.settle();
    const auto readable = p.server.poll_event();
    REQUIRE(readable);
    CHECK(readable->socket == *s);
    CHECK(readable->what == news::readable);
    CHECK(readable->cookie == 6);
}

TEST_CASE("a handle that is kept past its socket's end is found out") {
    pair p;
    const handle l = p.listen();
    const auto [c, s] = p.open(l);
    CHECK(p.client.close(c, p.now));
    CHECK(p.client.send(c, message(1, 0), p.now).error() == error::bad_handle);
    CHECK(p.client.receive(c, {}, p.now).error() == error::bad_handle);
    CHECK(p.client.close(c, p.now).error() == error::bad_handle);
    CHECK(p.client.look(c) == nullptr);
    CHECK(p.client.accept(c, p.now).error() == error::bad_handle);
    CHECK(p.server.send(l, message(1, 0), p.now).error() == error::bad_handle);
    p.settle();
    CHECK(p.server.abort(s, p.now));
    p.settle();
    // The place is given away again; the old handle is not the new one's.
    const auto again = p.open(l);
    CHECK(p.client.send(c, message(1, 0), p.now).error() == error::bad_handle);
    CHECK(p.client.send(again.client, message(1, 0), p.now));
    CHECK(p.server.close(l, p.now));
    CHECK(p.server.accept(l, p.now).error() == error::bad_handle);
}

TEST_CASE("a reset keeps its record until close, so that the error can be read") {
    pair p;
    const handle l = p.listen();
    const auto [c, s] = p.open(l);
    CHECK(p.server.abort(s, p.now));
    p.settle();
    CHECK(p.take_news(p.client, c) == std::vector{news::connected, news::failed, news::closed});
    CHECK(p.client.receive(c, {}, p.now).error() == error::reset);
    CHECK(p.client.look(c)->error() == error::reset);
    CHECK(p.client.variables().by_address.size() == 0);  // its addresses are free already
    CHECK(p.client.close(c, p.now));
    CHECK(p.client.look(c) == nullptr);
    p.settle();
    CHECK(p.client.variables().sockets.size() == 0);
}

TEST_CASE("segments for nobody are answered with a RST, and nothing is kept of them") {
    pair p;
    const auto c = p.client.connect({lab::client_address, 0}, lab::server_socket, p.now);
    REQUIRE(c);
    p.settle();
    CHECK(p.client.look(*c)->error() == error::refused);
    CHECK(p.server.count().resets_out == 1);
    CHECK(p.server.variables().sockets.size() == 0);
}

TEST_CASE("a thousand connections at once each get their own text, and are served in turn") {
    pair p;
    const handle l = p.listen({.backlog = 1000});
    std::vector<pair::ends> all;
    for (int i = 0; i < 1000; ++i) all.push_back(p.open(l));
    std::set<std::uint16_t> ports;
    for (const auto& e : all) ports.insert(p.client.look(e.client)->local().port);
    CHECK(ports.size() == 1000);
    for (std::size_t i = 0; i < all.size(); ++i)
        REQUIRE(p.client.send(all[i].client, message(3000, static_cast<octet>(i)), p.now));
    // One packet of each in turn: the first thousand packets are of a thousand connections.
    std::vector<tx_packet> room(1000);
    CHECK(p.client.poll_transmit(p.now, room) == 1000);
    std::set<std::uint16_t> served;
    for (const auto& packet : room) served.insert(packet.header().source_port);
    CHECK(served.size() == 1000);
    for (const auto& packet : room) p.server.on_packet({.data = lab::octets_of(packet)}, p.now);
    p.settle();
    for (std::size_t i = 0; i < all.size(); ++i)
        CHECK(read_all(p.server, all[i].server, p.now) == message(3000, static_cast<octet>(i)));
    for (const auto& e : all) CHECK(p.client.close(e.client, p.now));
    p.settle();
    for (const auto& e : all) CHECK(p.server.close(e.server, p.now));
    p.settle();
    CHECK(p.client.variables().time_waits.size() == 1000);
    p.pass(61s);
    CHECK(p.client.variables().by_address.size() == 0);
    CHECK(p.client.surroundings().pool.in_use() == 0);
    CHECK(p.server.surroundings().pool.in_use() == 0);
}
