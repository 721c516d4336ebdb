// SPDX-License-Identifier: MIT
// stack/stack.hpp: the next deadline is the first of all there are, whatever goes on; who may send is served in turn;
// and at the end nothing is left.
#include <doctest/doctest.h>

#include "support/traffic.hpp"

namespace {

using namespace sluice;
using lab::server_socket;
using tcp_type = tcp<growable_buffers>;

/// Asked of everybody.
instant first_of_all(auto& stack) {
    const auto& t = stack.variables();
    const instant now = stack.surroundings().now;
    instant first = never;
    t.sockets.for_each([&](list_index, const auto& s) { first = std::min(first, s.tcp.next_deadline()); });
    t.half_opens.for_each([&](list_index, const half_open& h) { first = std::min(first, h.due().near(now)); });
    t.time_waits.for_each([&](list_index, const time_wait& w) { first = std::min(first, w.due().near(now)); });
    return first;
}

/// What the tables say of each other.
const char* contradiction(auto& stack) {
    const auto& t = stack.variables();
    std::size_t filed_sockets = 0, waiting = 0, listed = 0, half = 0;
    t.sockets.for_each([&](list_index i, const auto& s) {
        filed_sockets += s.is_filed;
        waiting += s.listener != no_index;
        if (i == t.unfolded) return;
        if (s.tcp.state() == state::closed && s.is_filed) filed_sockets += 1u << 20;
    });
    if (t.by_address.size() != filed_sockets + t.half_opens.size() + t.time_waits.size() + t.listeners.size())
        return "the demux does not hold what there is";
    for (const auto& tried : t.answering)
        for (list_index i = tried.front(); i != no_index; i = t.half_opens[i].in_turn.after) ++half;
    if (half != t.half_opens.size()) return "half-open records that wait for nothing";
    for (list_index i = t.parting.front(); i != no_index; i = t.time_waits[i].in_turn.after) ++listed;
    if (listed != t.time_waits.size()) return "TIME-WAIT records that wait for nothing";
    std::size_t counted = 0, to_accept = 0;
    t.listeners.for_each([&](list_index, const listener& l) { counted += l.half_open, to_accept += l.to_accept; });
    if (counted != t.half_opens.size()) return "listeners count other half-open connections than there are";
    if (to_accept != waiting) return "listeners count other connections to accept than there are";
    return nullptr;
}

}  // namespace

TEST_CASE(
    "whatever two stacks do, the next deadline is the first of all, tables agree, and at the end all is given back") {
    std::size_t parted = 0, cookies = 0, half_open = 0, held = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        INFO("seed " << seed);
        tcp_type::settings s;
        s.seed = seed;
        s.limits.most_time_waits = seed % 3 == 0 ? 5 : 1000;
        s.limits.timestamps = seed % 2 == 0;
        lab::traffic<tcp_type> t(s, seed);
        for (int i = 0; i < 1500; ++i) {
            t.step();
            for (auto* stack : {&t.both.client, &t.both.server}) {
                REQUIRE(stack->next_deadline() == first_of_all(*stack));
                const char* const wrong = contradiction(*stack);
                REQUIRE_MESSAGE(wrong == nullptr, std::string(wrong != nullptr ? wrong : ""));
            }
            half_open += t.both.server.variables().half_opens.size();
            parted += t.both.server.variables().time_waits.size() + t.both.client.variables().time_waits.size();
            held += t.both.server.variables().sockets.size();
        }
        cookies += t.both.server.count().cookies_accepted;
        t.finish();
        lab::check_nothing_left(t.both.client);
        lab::check_nothing_left(t.both.server);
    }
    // Everything did happen.
    CHECK(half_open > 1000);
    CHECK(parted > 1000);
    CHECK(held > 10000);
    CHECK(cookies > 10);
}

TEST_CASE("a late on_deadline does all that is due, in one call") {
    lab::stack_bench<tcp_type> b;
    b.listen();
    for (std::uint16_t port = 1; port <= 20; ++port) b.arrives({.flags = flag::syn}, {lab::client_address, port});
    for (std::uint16_t port = 1; port <= 20; ++port)
        CHECK(b.stack.connect({lab::server_address, port}, {lab::client_address, 9}, b.now));
    b.flush();
    CHECK(b.take().size() == 40);
    b.now += 10s;
    b.stack.on_deadline(b.now);
    b.flush();
    CHECK(b.take().size() == 40);
    CHECK(b.stack.next_deadline() > b.now);
}

TEST_CASE("time is served in order: two deadlines, two calls") {
    lab::stack_bench<tcp_type> b;
    b.listen();
    b.arrives({.flags = flag::syn}, {lab::client_address, 1});
    b.now += 300ms;
    CHECK(b.stack.connect({lab::server_address, 5}, {lab::client_address, 9}, b.now));
    b.flush();
    b.take();
    CHECK(b.stack.next_deadline() == b.now + 700ms);
    b.wait(700ms);
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
    CHECK(b.stack.next_deadline() == b.now + 300ms);
    b.wait(300ms);
    CHECK(b.take_one().flags == flag::syn);
}

// ---- in turn --------------------------------------------------------------------------------------------------------

TEST_CASE("one that has much to send does not keep the others waiting: each gets its packet before anybody's second") {
    lab::pair<tcp_type> p;
    const handle l = p.listen();
    std::vector<lab::pair<tcp_type>::ends> all;
    for (int i = 0; i < 10; ++i) all.push_back(p.open(l));
    static constexpr std::array<octet, 14000> much{};
    for (const std::size_t i : {3u, 5u}) CHECK(p.client.send(all[i].client, octets(much), p.now));
    std::array<tx_packet, 4> room;
    CHECK(p.client.poll_transmit(p.now, room) == 4);
    // Three come along while those two are at it.
    for (const std::size_t i : {7u, 8u, 9u}) CHECK(p.client.send(all[i].client, octets(much).first(100), p.now));
    std::array<tx_packet, 5> next;
    CHECK(p.client.poll_transmit(p.now, next) == 5);
    std::vector<std::uint16_t> served;
    for (const auto& packet : next) served.push_back(packet.header().source_port);
    for (const std::size_t i : {3u, 5u, 7u, 8u, 9u})
        CHECK(std::count(served.begin(), served.end(), p.client.look(all[i].client)->local().port) == 1);
}

TEST_CASE("what finds no room leaves with the next poll, and nothing leaves twice") {
    lab::pair<tcp_type> p;
    const handle l = p.listen();
    std::vector<lab::pair<tcp_type>::ends> all;
    for (int i = 0; i < 20; ++i) all.push_back(p.open(l));
    static constexpr std::array<octet, 500> text{};
    for (const auto& e : all) CHECK(p.client.send(e.client, octets(text), p.now));
    std::vector<std::uint16_t> served;
    std::array<tx_packet, 3> room;
    for (std::size_t count; (count = p.client.poll_transmit(p.now, room)) > 0;)
        for (std::size_t i = 0; i < count; ++i) served.push_back(room[i].header().source_port);
    std::sort(served.begin(), served.end());
    CHECK(served.size() == 20);
    CHECK(std::unique(served.begin(), served.end()) == served.end());
}
