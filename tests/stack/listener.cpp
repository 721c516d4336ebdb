// SPDX-License-Identifier: MIT
// stack/listener.hpp, stack/passive.hpp: who waits where, how many, and what becomes of them.
#include <doctest/doctest.h>

#include "support/pair.hpp"
#include "support/stack_bench.hpp"

#include <sluice/policy/lifecycle/client_only.hpp>

namespace {

using namespace sluice;
using lab::server_socket;
using tcp_type = tcp<growable_buffers>;
using bench = lab::stack_bench<tcp_type>;
constexpr seq irs{1000};

socket_address from_port(int port) { return {lab::client_address, static_cast<std::uint16_t>(port)}; }
lab::shot syn() { return {.flags = flag::syn, .sequence = irs}; }

/// The third segment, to the SYN,ACK that left.
lab::shot ack_of(const lab::seen& answer, const std::string& text = {}) {
    return {.flags = flag::ack, .sequence = irs + 1, .acknowledgment = answer.sequence + 1, .text = text};
}
/// A SYN and its answer; the third segment is still to come.
lab::seen greet(bench& b, const socket_address& from, const socket_address& to = server_socket) {
    b.take();
    b.arrives(syn(), from, to);
    const auto answer = b.take_one();
    REQUIRE(answer.flags == (flag::syn | flag::ack));
    REQUIRE(answer.to == from);
    return answer;
}
void open(bench& b, const socket_address& from, const socket_address& to = server_socket) {
    b.arrives(ack_of(greet(b, from, to)), from, to);
}

}  // namespace

TEST_CASE("connections are accepted in the order in which their handshakes end") {
    bench b;
    const handle l = b.listen();
    const auto first = greet(b, from_port(1)), second = greet(b, from_port(2)), third = greet(b, from_port(3));
    b.arrives(ack_of(second), from_port(2));
    b.arrives(ack_of(third), from_port(3));
    b.arrives(ack_of(first), from_port(1));
    CHECK(b.tables().listeners[l.index & 0x7fffffff].half_open == 0);
    CHECK(b.tables().listeners[l.index & 0x7fffffff].to_accept == 3);
    for (const int port : {2, 3, 1}) {
        const auto c = b.stack.accept(l, b.now);
        REQUIRE(c);
        CHECK(b.stack.look(*c)->remote() == from_port(port));
    }
    CHECK(b.stack.accept(l, b.now).error() == error::would_block);
    open(b, from_port(4));
    CHECK(b.stack.accept(l, b.now));
}

TEST_CASE("a backlog of three holds three half-open ones; without cookies further SYNs are dropped until one goes") {
    bench b;
    b.listen({.backlog = 3, .cookies = false});
    std::vector<lab::seen> answers;
    for (int port = 1; port <= 3; ++port) answers.push_back(greet(b, from_port(port)));
    for (int port = 4; port <= 6; ++port) b.arrives(syn(), from_port(port));
    CHECK(b.quiet());
    CHECK(b.count().syns_dropped == 3);
    CHECK(b.tables().half_opens.size() == 3);
    // One is reset: there is room.
    b.arrives({.flags = flag::rst, .sequence = irs + 1}, from_port(2));
    greet(b, from_port(4));
    b.arrives(syn(), from_port(5));
    CHECK(b.quiet());
    // One is established: there is room.
    b.arrives(ack_of(answers[0]), from_port(1));
    greet(b, from_port(5));
    // All are given up: there is room again.
    b.wait(70s);
    b.take();
    CHECK(b.tables().half_opens.size() == 0);
    for (int port = 11; port <= 13; ++port) greet(b, from_port(port));
    b.arrives(syn(), from_port(14));
    CHECK(b.quiet());
}

TEST_CASE("a full accept queue drops the ACK; the SYN,ACK leaves again, and its ACK is taken once there is room") {
    bench b;
    const handle l = b.listen({.backlog = 2});
    open(b, from_port(1));
    const auto waits = greet(b, from_port(3));
    open(b, from_port(2));
    b.take();
    // Two wait to be accepted: neither an ACK nor text nor the SYN,ACK of a crossing open comes through.
    b.arrives(ack_of(waits), from_port(3));
    b.arrives(ack_of(waits, "hello"), from_port(3));
    lab::shot crossing = ack_of(waits);
    crossing.flags = flag::syn | flag::ack;
    crossing.sequence = irs;
    b.arrives(crossing, from_port(3));
    CHECK(b.quiet());
    CHECK(b.count().accept_overflows == 3);
    // Nor a new SYN.
    b.arrives(syn(), from_port(4));
    CHECK(b.quiet());
    CHECK(b.count().accept_overflows == 4);
    CHECK(b.tables().half_opens.size() == 1);
    // A reset does.
    CHECK(b.stack.accept(l, b.now));
    b.wait(1s);
    const auto again = b.take_one();
    CHECK(again.flags == (flag::syn | flag::ack));
    CHECK(again.to == from_port(3));
    CHECK(again.sequence == waits.sequence);
    b.arrives(ack_of(again, "hello"), from_port(3));
    CHECK(b.take_one().acknowledgment == irs + 6);
    CHECK(b.stack.accept(l, b.now));
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    CHECK(b.read(*c) == "hello");
}

TEST_CASE("a RST ends a half-open connection although the accept queue is full") {
    bench b;
    b.listen({.backlog = 1});
    greet(b, from_port(2));
    // The backlog is full, but with half-open ones: this one comes by a cookie.
    open(b, from_port(1));
    b.arrives({.flags = flag::rst | flag::ack, .sequence = irs + 1}, from_port(2));
    CHECK(b.tables().half_opens.size() == 0);
}

TEST_CASE("with its listener end the half-open connections, silently, and the unaccepted ones, with a RST") {
    bench b;
    const handle l = b.listen();
    open(b, from_port(1));
    open(b, from_port(2));
    const auto half = greet(b, from_port(3));
    open(b, from_port(4));
    const auto accepted = b.stack.accept(l, b.now);
    REQUIRE(accepted);
    b.take();
    CHECK(b.stack.close(l, b.now));
    b.flush();
    const auto sent = b.take();
    REQUIRE(sent.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(sent[i].has(flag::rst));
        CHECK(sent[i].to == from_port(i == 0 ? 2 : 4));
        CHECK(sent[i].acknowledgment == irs + 1);
    }
    CHECK(b.tables().half_opens.size() == 0);
    CHECK(b.tables().listeners.size() == 0);
    // Nobody is there any more, but for the one that was accepted.
    b.arrives(ack_of(half), from_port(3));
    CHECK(b.take_one().flags == flag::rst);
    b.arrives(syn(), from_port(5));
    CHECK(b.take_one().flags == (flag::rst | flag::ack));
    CHECK(b.stack.look(*accepted)->state() == state::established);
    CHECK(b.stack.poll_event()->socket == *accepted);  // and nothing of a listener that is gone
    CHECK_FALSE(b.stack.poll_event());
    CHECK(b.stack.close(l, b.now).error() == error::bad_handle);
    CHECK(b.stack.abort(*accepted, b.now));
    b.check_empty();
}

TEST_CASE("one that was reset while it waited to be accepted is accepted with its error") {
    bench b;
    const handle l = b.listen();
    open(b, from_port(1));
    b.arrives({.flags = flag::rst, .sequence = irs + 1}, from_port(1));
    CHECK(b.tables().by_address.size() == 1);  // its addresses are free
    open(b, from_port(1));
    const auto c = b.stack.accept(l, b.now), next = b.stack.accept(l, b.now);
    REQUIRE(c);
    REQUIRE(next);
    CHECK(b.read(*c).empty());
    CHECK(b.last_error == error::reset);
    CHECK(b.stack.close(*c, b.now));
    CHECK(b.stack.look(*next)->state() == state::established);
    CHECK(b.stack.abort(*next, b.now));
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE("what came before it was accepted waits to be read, and one that its peer has closed is closed in turn") {
    bench b;
    const handle l = b.listen();
    const seq una = greet(b, from_port(1)).sequence + 1;
    b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = una}, from_port(1));
    b.arrives({.flags = flag::ack | flag::fin, .sequence = irs + 1, .acknowledgment = una, .text = "all"},
              from_port(1));
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    CHECK(b.stack.look(*c)->state() == state::close_wait);
    CHECK(b.read(*c) == "all");
    CHECK(b.stack.close(*c, b.now));
    b.flush();
    b.arrives({.flags = flag::ack, .sequence = irs + 5, .acknowledgment = una + 1}, from_port(1));
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

// ---- several listeners ----------------------------------------------------------------------------------------------

TEST_CASE("a listener for one address goes before one for any (MUST-43), whichever came first") {
    for (const bool any_first : {true, false}) {
        bench b;
        const socket_address any{{}, 80}, other{ip_address::v4(198, 18, 0, 3), 80};
        handle for_any, for_one;
        for (const bool any_now : {any_first, !any_first})
            (any_now ? for_any : for_one) = b.listen({}, any_now ? any : server_socket);
        open(b, from_port(1));
        open(b, from_port(2), other);
        const auto at_one = b.stack.accept(for_one, b.now), at_any = b.stack.accept(for_any, b.now);
        REQUIRE(at_one);
        REQUIRE(at_any);
        CHECK(b.stack.look(*at_one)->local() == server_socket);
        CHECK(b.stack.look(*at_any)->local() == other);
        CHECK(b.stack.accept(for_one, b.now).error() == error::would_block);
        CHECK(b.stack.accept(for_any, b.now).error() == error::would_block);
        // Without it the one for any is there for all.
        CHECK(b.stack.close(for_one, b.now));
        open(b, from_port(3));
        CHECK(b.stack.accept(for_any, b.now));
    }
}

TEST_CASE("the same socket can't be listened on twice; 0.0.0.0 and :: are the same") {
    bench b;
    b.listen();
    CHECK(b.stack.listen(server_socket, b.now).error() == error::already_open);
    b.listen({}, {{}, 80});
    CHECK(b.stack.listen({ip_address::v4(0, 0, 0, 0), 80}, b.now).error() == error::already_open);
    CHECK(b.stack.listen({server_socket.address, 81}, b.now));
    CHECK(b.stack.listen({server_socket.address, 0}, b.now).error() == error::bad_argument);
    CHECK(b.stack.listen({server_socket.address, 82}, b.now, {.backlog = 0}).error() == error::bad_argument);
    CHECK(b.tables().listeners.size() == 3);
}

TEST_CASE("half-open connections belong to the listener that is nearest now, and count there") {
    bench b;
    const handle any = b.listen({.backlog = 3, .cookies = false}, {{}, 80});
    const auto answer = greet(b, from_port(1));
    greet(b, from_port(2), {ip_address::v4(198, 18, 0, 3), 80});
    const handle one = b.listen({.backlog = 1, .cookies = false});
    b.arrives(syn(), from_port(3));
    CHECK(b.quiet());  // its backlog is full already
    b.arrives(ack_of(answer), from_port(1));
    CHECK(b.stack.accept(any, b.now).error() == error::would_block);
    const auto c = b.stack.accept(one, b.now);
    REQUIRE(c);
    CHECK(b.stack.surroundings().pool.in_use() == 0);  // idle, it holds nothing
    CHECK(b.stack.abort(*c, b.now));
    b.flush();
    greet(b, from_port(3));
    CHECK(b.stack.close(one, b.now));
    CHECK(b.tables().half_opens.size() == 1);  // the one at the other address
    greet(b, from_port(4));
    greet(b, from_port(5));
    b.arrives(syn(), from_port(6));
    CHECK(b.quiet());
    CHECK(b.stack.close(any, b.now));
    b.check_empty();
}

TEST_CASE("MUST-43 over IPv6 and IPv4 one listener for any address takes both, whichever family's any it is") {
    for (const ip_address& any : {ip_address{}, ip_address::v4(0, 0, 0, 0)}) {
        bench b;
        const handle l = b.listen({}, {any, 80});
        const socket_address theirs{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 5};
        const socket_address ours{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}), 80};
        open(b, theirs, ours);
        open(b, from_port(1));
        const auto six = b.stack.accept(l, b.now), four = b.stack.accept(l, b.now);
        REQUIRE(six);
        REQUIRE(four);
        CHECK(b.stack.look(*six)->local() == ours);
        CHECK(b.stack.look(*four)->local() == server_socket);
    }
}

TEST_CASE("MUST-42 a port can be listened on while connections from it are in SYN-SENT and SYN-RECEIVED") {
    bench b;
    const auto sent = b.stack.connect(server_socket, from_port(1), b.now);
    const auto received = b.stack.connect(server_socket, from_port(2), b.now);
    REQUIRE(sent);
    REQUIRE(received);
    b.flush();
    b.arrives(syn(), from_port(2));
    REQUIRE(b.stack.look(*sent)->state() == state::syn_sent);
    REQUIRE(b.stack.look(*received)->state() == state::syn_received_active);
    const auto l = b.stack.listen(server_socket, b.now);
    REQUIRE(l);
    // All three live: the listener takes a connection, and those two are opened.
    open(b, from_port(3));
    CHECK(b.stack.accept(*l, b.now));
    for (const auto& [h, port] : {std::pair(*sent, 1), std::pair(*received, 2)}) {
        const seq iss = b.stack.look(h)->variables().snd.iss;
        b.arrives({.flags = flag::syn | flag::ack, .sequence = irs, .acknowledgment = iss + 1}, from_port(port));
        CHECK(b.stack.look(h)->state() == state::established);
    }
    CHECK(b.stack.accept(*l, b.now).error() == error::would_block);
}

TEST_CASE("two stacks that open the same connection at once become one connection (figure 7)") {
    lab::pair<tcp_type> p;
    const socket_address ours{lab::client_address, 5000}, theirs{lab::server_address, 6000};
    const auto one = p.client.connect(ours, theirs, p.now), other = p.server.connect(theirs, ours, p.now);
    REQUIRE(one);
    REQUIRE(other);
    p.listen();  // which has nothing to do with it
    p.settle();
    CHECK(p.client.look(*one)->state() == state::established);
    CHECK(p.server.look(*other)->state() == state::established);
    const std::array<octet, 2> text{'h', 'i'};
    CHECK(p.client.send(*one, octets(text), p.now));
    p.settle();
    CHECK(p.server.look(*other)->readable() == 2);
}

TEST_CASE("what comes from or goes to a group of hosts is dropped without a word (MUST-57, MUST-63)") {
    bench b;
    b.listen({}, {{}, 80});
    const ip_address group = ip_address::v4(224, 0, 0, 1), all = ip_address::v4(255, 255, 255, 255);
    for (const ip_address& nobody : {group, all, ip_address::v4(0, 0, 0, 0)}) {
        b.arrives(syn(), {nobody, 5});
        b.arrives(syn(), from_port(5), {nobody, 80});
        b.arrives(syn(), from_port(5), {nobody, 81});
    }
    CHECK(b.quiet());
    CHECK(b.tables().half_opens.size() == 0);
}

// ---- events ---------------------------------------------------------------------------------------------------------

TEST_CASE("a listener tells of what can be accepted once until it is asked, and again for what comes after") {
    bench b;
    const handle l = b.listen();
    open(b, from_port(1));
    open(b, from_port(2));
    const auto told = b.stack.poll_event();
    REQUIRE(told);
    CHECK(told->socket == l);
    CHECK(told->what == news::acceptable);
    CHECK_FALSE(b.stack.poll_event());
    open(b, from_port(3));
    CHECK(b.stack.poll_event()->what == news::acceptable);
    CHECK_FALSE(b.stack.poll_event());
}

TEST_CASE("a stack whose lifecycle has no LISTEN says so, and answers a SYN with a RST") {
    lab::stack_bench<tcp<growable_buffers, client_only>> b;
    CHECK(b.stack.listen(server_socket, b.now).error() == error::not_supported);
    b.arrives(syn());
    CHECK(b.take_one().flags == (flag::rst | flag::ack));
}
