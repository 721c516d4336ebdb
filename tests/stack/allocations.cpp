// SPDX-License-Identifier: MIT
// What two stacks take from the heap of the whole program, counted at malloc: with fixed_buffers nothing once their
// tables have seen as many connections, with growable_buffers nothing for any segment of a connection under way.
#include <doctest/doctest.h>

#include <array>
#include <memory>

#include "support/heap_calls.hpp"
#include "support/pair.hpp"

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>

namespace {

using namespace sluice;
using lab::client_address;
using lab::server_socket;
using sluice::test::heap_calls;

/// Two stacks and a channel that loses, all of which takes no memory of its own.
template <class Tcp>
class channel {
public:
    typename Tcp::stack client, server;
    instant now{};
    std::uint32_t loses = 0;  // of 100
    std::uint64_t segments = 0;

    channel() : client(settings_with(1)), server(settings_with(2)) {}

    void settle() {
        while (carry(client, server) + carry(server, client) > 0) {}
    }
    void pass(duration d) {
        const instant end = now + d;
        settle();
        for (instant next; (next = std::min(client.next_deadline(), server.next_deadline())) <= end;) {
            now = next;
            client.on_deadline(now);
            server.on_deadline(now);
            settle();
        }
        now = end;
    }

private:
    static typename Tcp::settings settings_with(std::uint64_t seed) {
        typename Tcp::settings s;
        s.seed = seed;
        return s;
    }
    std::size_t carry(auto& from, auto& to) {
        const std::size_t count = from.poll_transmit(now, room_);
        for (std::size_t i = 0; i < count; ++i)
            split(room_[i], [&](const tx_packet& p) {
                ++segments;
                if (chance_.below(100) < loses) return;
                write(p, mutable_octets(wire_).first(p.length()));
                to.on_packet({.data = octets(wire_).first(p.length()), .length = p.length()}, now);
            });
        return count;
    }

    std::array<tx_packet, 16> room_;
    std::array<octet, 2000> wire_{};
    seeded_random chance_{7};
};

/// Moves `length` octets each way over every connection, whatever is lost, and counts what arrived.
template <class Tcp, std::size_t Count>
std::size_t talk(channel<Tcp>& c, const std::array<handle, Count>& clients, const std::array<handle, Count>& servers,
                 std::size_t length) {
    static std::array<octet, 20'000> place;
    std::size_t arrived = 0;
    std::array<std::size_t, Count> to_server{}, to_client{}, at_server{}, at_client{};
    const auto move = [&](auto& stack, handle h, std::size_t& said, std::size_t& heard) {
        const std::size_t more = std::min(place.size(), length - said);
        if (more > 0) said += stack.send(h, octets(place).first(more), c.now).value_or(0);
        const std::size_t got = stack.receive(h, place, c.now).value_or(0);
        heard += got;
        arrived += got;
    };
    for (int round = 0; round < 100'000 && arrived < 2 * Count * length; ++round) {
        for (std::size_t i = 0; i < Count; ++i) {
            move(c.client, clients[i], to_server[i], at_client[i]);
            move(c.server, servers[i], to_client[i], at_server[i]);
        }
        c.pass(10ms);
    }
    return arrived;
}

/// Opens, talks over and closes `Count` connections, until their TIME-WAITs are over.
template <std::size_t Count, class Tcp>
std::size_t live_and_die(channel<Tcp>& c, handle listener, std::size_t length) {
    std::array<handle, Count> clients{}, servers{};
    for (auto& h : clients) {
        const auto made = c.client.connect({client_address, 0}, server_socket, c.now);
        if (made) h = *made;
    }
    for (auto& h : servers) {
        for (int i = 0; i < 10'000; ++i) {
            if (const auto made = c.server.accept(listener, c.now)) {
                h = *made;
                break;
            }
            c.pass(100ms);
        }
    }
    const std::size_t arrived = talk(c, clients, servers, length);
    for (const handle h : clients) static_cast<void>(c.client.close(h, c.now));
    for (const handle h : servers) static_cast<void>(c.server.close(h, c.now));
    while (c.client.poll_event()) {}
    while (c.server.poll_event()) {}
    c.pass(10min);
    return arrived;
}

}  // namespace

TEST_CASE("with fixed_buffers nothing is allocated once the tables stand: opening, losses, timeouts, closing") {
    using small_tcp = tcp<fixed_buffers<8192, 8192, 32>>;
    const auto c = std::make_unique<channel<small_tcp>>();
    const auto listener = c->server.listen(server_socket, c->now, {.backlog = 1000});
    REQUIRE(listener);
    // Set-up: as many as there will be; records for half-open ones and for TIME-WAIT on the way.
    REQUIRE(live_and_die<60>(*c, *listener, 1000) == 2 * 60 * 1000);

    c->loses = 10;
    const std::uint64_t before = heap_calls(), sent_before = c->segments;
    std::array<std::size_t, 3> arrived{};
    for (auto& each : arrived) each = live_and_die<50>(*c, *listener, 20'000);
    const std::uint64_t taken = heap_calls() - before;
    CHECK(taken == 0);
    for (const std::size_t each : arrived) CHECK(each == 2 * 50 * 20'000);
    CHECK(c->segments - sent_before > 3 * 2 * 50 * 20'000 / 1460);
    CHECK(c->client.count().retransmitted > 100);

    // Control: more connections than ever before take a page of the table.
    const std::uint64_t before_more = heap_calls();
    CHECK(live_and_die<70>(*c, *listener, 10) == 2 * 70 * 10);
    CHECK(heap_calls() > before_more);
}

TEST_CASE("with growable_buffers no segment allocates, sent or received, lost or in order") {
    using tcp_type = tcp<growable_buffers>;
    const auto c = std::make_unique<channel<tcp_type>>();
    const auto listener = c->server.listen(server_socket, c->now);
    REQUIRE(listener);
    const auto made = c->client.connect({client_address, 0}, server_socket, c->now);
    REQUIRE(made);
    c->settle();
    const auto accepted = c->server.accept(*listener, c->now);
    REQUIRE(accepted);
    const std::array clients{*made}, servers{*accepted};
    c->loses = 2;
    REQUIRE(talk(*c, clients, servers, 30'000'000) == 60'000'000);  // grows as far as it will

    const std::uint64_t before = heap_calls(), sent_before = c->segments;
    const std::size_t arrived = talk(*c, clients, servers, 10'000'000);
    const std::uint64_t taken = heap_calls() - before;
    CHECK(arrived == 20'000'000);
    CHECK(c->segments - sent_before > 20'000'000 / 1460);
    CHECK(taken == 0);

    // Control: another connection begins with buffers of its own, while the first holds what it has.
    const std::uint64_t before_more = heap_calls();
    CHECK(live_and_die<65>(*c, *listener, 10'000) == 2 * 65 * 10'000);
    CHECK(heap_calls() > before_more);
}
