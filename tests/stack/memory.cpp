// SPDX-License-Identifier: MIT
// stack/: memory that says no, at each place where it is asked for, once or for a while: nothing is lost, nothing
// hangs, and the stack goes on.
#include <doctest/doctest.h>

#include "support/memory.hpp"
#include "support/traffic.hpp"

namespace {

using namespace sluice;
using sluice::test::block_books;
using tcp_type = tcp<basic_growable_buffers<sluice::test::metered_by_block>>;

tcp_type::settings with(block_books& books, std::uint64_t seed = 1) {
    tcp_type::settings s;
    s.seed = seed;
    s.buffers.source.books = &books;
    return s;
}

/// A connection is opened, carries text and is closed.
void check_alive(lab::pair<tcp_type>& p) {
    const auto l = p.server.listen({lab::server_address, 81}, p.now);
    REQUIRE(l);
    const auto c = p.client.connect({lab::client_address, 0}, {lab::server_address, 81}, p.now);
    REQUIRE(c);
    p.settle();
    const auto s = p.server.accept(*l, p.now);
    REQUIRE(s);
    static constexpr std::array<octet, 30000> text{};
    CHECK(p.client.send(*c, octets(text), p.now).value_or(0) == text.size());
    p.settle();
    std::array<octet, 30000> into{};
    CHECK(p.server.receive(*s, into, p.now).value_or(0) == text.size());
    CHECK(p.client.close(*c, p.now));
    p.settle();
    CHECK(p.server.close(*s, p.now));
    CHECK(p.server.close(*l, p.now));
    p.settle();
}

std::size_t run(std::size_t refused, std::size_t and_after, std::uint64_t seed, int steps) {
    block_books books;
    std::size_t calls = 0;
    {
        lab::traffic<tcp_type> t(with(books, seed), seed);
        if (refused > 0) books.refuse(refused - books.allocations, and_after);
        for (int i = 0; i < steps; ++i) t.step();
        calls = books.allocations;
        books.refuse_nothing();
        t.both.passes = [](bool, const segment&) { return true; };
        check_alive(t.both);
        t.finish();
        lab::check_nothing_left(t.both.client);
        lab::check_nothing_left(t.both.server);
    }
    CHECK(books.octets == 0);
    CHECK(books.blocks.empty());
    return calls;
}

}  // namespace

TEST_CASE("each single allocation of two stacks may be refused, and so may any number from there on") {
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        const std::size_t calls = run(0, 0, seed, 400);
        CHECK(calls > 20);
        for (std::size_t refused = 3; refused <= calls; ++refused) {  // the first two are the listener's
            INFO("allocation " << refused << " of " << calls << ", seed " << seed);
            for (const std::size_t and_after : {0u, 5u, 100000u}) run(refused, and_after, seed, 400);
        }
    }
}

TEST_CASE("a call that finds no memory says so, and changes nothing") {
    for (std::size_t refused = 1; refused < 10; ++refused) {
        block_books books;
        {
            lab::stack_bench<tcp_type> b(with(books));
            books.refuse(refused, 100);
            const auto l = b.stack.listen(lab::server_socket, b.now);
            if (!l) CHECK(l.error() == error::insufficient_resources);
            const auto c = b.stack.connect({lab::server_address, 0}, b.peer, b.now);
            if (!c) CHECK(c.error() == error::insufficient_resources);
            CHECK((l && c) == (books.allocations < refused));
            b.flush();
            b.take();
            b.arrives({.flags = flag::syn});
            if (b.tables().half_opens.size() == 0 && l) CHECK(b.count().syns_dropped <= 1);
            CHECK(b.tables().by_address.size() == (l ? 1u : 0u) + (c ? 1u : 0u) + b.tables().half_opens.size());
            b.take();
            books.refuse_nothing();
            if (!l) CHECK(b.stack.listen(lab::server_socket, b.now));
            CHECK(b.stack.connect({lab::server_address, 0}, b.peer, b.now));
            b.flush();
            b.take();
            b.arrives({.flags = flag::syn}, {lab::client_address, 5});
            CHECK(b.take_one().flags == (flag::syn | flag::ack));
        }
        CHECK(books.octets == 0);
    }
}

TEST_CASE("a cookie's ACK that finds no memory acknowledges nothing, and is good when it comes again") {
    for (std::size_t refused = 1; refused < 6; ++refused) {
        block_books books;
        {
            lab::stack_bench<tcp_type> b(with(books));
            const auto l = b.listen({.backlog = 1000});
            // So many that the next entry makes the demux grow: 96 of 128, with the listener.
            for (std::uint16_t port = 1; b.tables().by_address.size() < 95; ++port)
                CHECK(b.stack.connect({lab::server_address, 9}, {lab::client_address, port}, b.now));
            b.flush();
            CHECK(b.stack.close(l, b.now));
            const auto small = b.listen({.backlog = 1});
            b.arrives({.flags = flag::syn}, {lab::client_address, 5000});
            b.take();
            b.arrives({.flags = flag::syn, .sequence = seq(10)});
            const auto cookie = b.take_one();
            books.refuse(refused, 100);
            const lab::shot ack{
                .flags = flag::ack, .sequence = seq(11), .acknowledgment = cookie.sequence + 1, .text = "text"};
            b.arrives(ack);
            const bool taken = b.count().cookies_accepted == 1;
            const auto sent = b.take();
            if (!taken) CHECK(sent.empty());
            for (const auto& s : sent) CHECK(s.flags == flag::ack);
            books.refuse_nothing();
            b.arrives(ack);
            CHECK(b.count().cookies_accepted == 1);
            const auto c = b.stack.accept(small, b.now);
            REQUIRE(c);
            CHECK(b.read(*c) == "text");
        }
        CHECK(books.octets == 0);
    }
}

TEST_CASE("with a pool for a few connections only, everything is slow and nothing is wrong") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        block_books books;
        auto s = with(books, seed);
        s.buffers.memory = (20 + 20 * seed) << 10;
        lab::traffic<tcp_type> t(s, seed);
        for (int i = 0; i < 1000; ++i) t.step();
        CHECK(t.both.server.surroundings().pool.in_use() <= s.buffers.memory);
        t.finish();
        lab::check_nothing_left(t.both.client);
        lab::check_nothing_left(t.both.server);
    }
}
