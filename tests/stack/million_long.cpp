// SPDX-License-Identifier: MIT
// A million connections in one stack, each opened by a handshake with a peer that is two numbers; they rest, and a
// thousand of them, picked at random, echo a hundred octets each.
#include <doctest/doctest.h>

#include "support/pair.hpp"

#include <sluice/base/random.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>

#include <numeric>

namespace {

using namespace sluice;

std::size_t octets_held = 0;

/// Counts what the stack holds.
struct counting_source {
    heap memory;
    void* allocate(std::size_t size) {
        octets_held += size;
        return memory.allocate(size);
    }
    void release(void* block, std::size_t size) {
        octets_held -= size;
        memory.release(block, size);
    }
};
using tcp_type = tcp<basic_growable_buffers<counting_source>>;

/// Peer number n: 64 ports of each address, none of which is the server's.
socket_address address_of(std::uint32_t n) {
    return {ip_address::v4(198, 19, static_cast<octet>(n >> 14), static_cast<octet>(n >> 6)),
            static_cast<std::uint16_t>(1024 + n % 64)};
}

struct peer {
    seq next;      // to send
    seq expected;  // from the server
};

}  // namespace

TEST_CASE("a million connections are opened, rest in 1.4 kB each, and any thousand of them answer") {
    constexpr std::uint32_t count = 1'000'000;
    const std::size_t before = octets_held;
    tcp_type::stack server;
    instant now{};
    const auto l = server.listen(lab::server_socket, now);
    REQUIRE(l);
    std::vector<peer> peers(count);
    std::vector<handle> handles(count);
    std::array<tx_packet, 4> room;

    const auto arrives = [&](std::uint32_t n, tcp_flags flags, std::span<const octet> text = {},
                             const tcp_options& options = {}) {
        const auto packet = lab::make_segment(
            address_of(n), lab::server_socket,
            {.sequence = peers[n].next, .acknowledgment = peers[n].expected, .flags = flags, .window = 65535}, options,
            text);
        server.on_packet({.data = packet}, now);
        peers[n].next += static_cast<std::uint32_t>(text.size());
    };

    for (std::uint32_t n = 0; n < count; ++n) {
        peers[n].next = seq(n * 77777);
        arrives(n, flag::syn, {}, {.mss = 1460});
        REQUIRE(server.poll_transmit(now, room) == 1);
        const tcp_header answer = room[0].header();
        REQUIRE(answer.flags == (flag::syn | flag::ack));
        REQUIRE(answer.acknowledgment == peers[n].next + 1);
        peers[n].next += 1;
        peers[n].expected = answer.sequence + 1;
        arrives(n, flag::ack);
        const auto accepted = server.accept(*l, now, n);
        REQUIRE(accepted);
        handles[n] = *accepted;
        REQUIRE(server.poll_transmit(now, room) == 0);
        while (server.poll_event()) {}
        now += 1us;
    }
    CHECK(server.variables().sockets.size() >= count);
    CHECK(server.variables().half_opens.size() == 0);
    CHECK(server.surroundings().pool.in_use() == 0);  // no buffer memory
    const double each = static_cast<double>(octets_held - before) / count;
    MESSAGE("octets a connection, tables and all: ", each);
    CHECK(each < 1450);
    CHECK(server.next_deadline() == never);  // they owe nothing, and rest for ever

    now += 24h;
    seeded_random numbers(9);
    std::vector<octet> text(100), into(200);
    for (int i = 0; i < 1000; ++i) {
        const auto n = static_cast<std::uint32_t>(numbers.below(count));
        std::iota(text.begin(), text.end(), static_cast<octet>(n));
        arrives(n, flag::ack | flag::psh, text);
        const auto event = server.poll_event();
        REQUIRE(event);
        CHECK(event->what == news::readable);
        CHECK(event->cookie == n);
        CHECK(event->socket == handles[n]);
        const auto got = server.receive(event->socket, into, now);
        REQUIRE(got.value_or(0) == 100);
        REQUIRE(server.send(event->socket, octets(into).first(100), now).value_or(0) == 100);
        REQUIRE(server.poll_transmit(now, room) == 1);
        CHECK(room[0].header().destination_port == address_of(n).port);
        const std::vector<octet> wire = lab::octets_of(room[0]);
        const segment echo = lab::checked(wire).segment;
        CHECK(echo.sequence == peers[n].expected);
        CHECK(std::equal(text.begin(), text.end(), echo.text.begin(), echo.text.end()));
        peers[n].expected = echo.end();
        arrives(n, flag::ack);
        REQUIRE(server.poll_transmit(now, room) == 0);
        while (server.poll_event()) {}
        now += 1ms;
    }
    CHECK(server.surroundings().pool.in_use() == 0);
}
