// SPDX-License-Identifier: MIT
//
// Misfortune on purpose, over a link whose clock stands until it is told: each number is exact.
#include <doctest/doctest.h>

#include <sluice/io/fault_injector.hpp>
#include <sluice/io/udp.hpp>

#include "memory_link.hpp"

using namespace sluice;

namespace {

/// Sends so many packets of 1,000 octets of text, one a call.
void send(auto& through, std::size_t count) {
    const auto text = text_of(1000);
    for (std::size_t i = 0; i < count; ++i) {
        const tx_packet p = data_packet(text);
        CHECK(through.transmit(std::span(&p, 1)) == 1);
    }
}

std::size_t receive(auto& through) {
    std::array<rx_packet, 4> room;
    return through.receive(room);
}

}  // namespace

TEST_CASE("Nothing asked for, packets pass both ways at once and unchanged; super-segments are cut") {
    memory_link wire;
    io::fault_injector through(wire, {});
    const auto text = text_of(3000);
    const tx_packet p = data_packet(text, 1460);
    CHECK(through.transmit(std::span(&p, 1)) == 1);
    CHECK(wire.sent.size() == 3);
    wire.coming.push_back(wire.sent[0]);
    std::array<rx_packet, 4> room;
    REQUIRE(through.receive(room) == 1);
    CHECK(std::equal(room[0].data.begin(), room[0].data.end(), wire.sent[0].begin(), wire.sent[0].end()));
}

TEST_CASE("A chosen packet is lost on its way out, and one on its way in") {
    memory_link wire;
    io::fault_injector through(wire, {.out = {.drop = {2}}, .in = {.drop = {1}}});
    send(through, 3);
    CHECK(wire.sent.size() == 2);
    wire.coming = {wire.sent[0], wire.sent[1]};
    CHECK(receive(through) == 1);
    CHECK(through.count().dropped == 2);
    CHECK(through.count().passed == 3);
}

TEST_CASE("A delay is exact, and the link is waited for until it is over") {
    memory_link wire;
    io::fault_injector through(wire, {.out = {.delay = 30ms}, .in = {.delay = 20ms}});
    send(through, 1);
    CHECK(wire.sent.empty());
    through.wait(never);
    CHECK(wire.waits.back() == instant(30ms));
    wire.time = instant(30ms) - 1ns;
    CHECK(receive(through) == 0);
    CHECK(wire.sent.empty());
    wire.time = instant(30ms);
    CHECK(receive(through) == 0);
    REQUIRE(wire.sent.size() == 1);

    wire.coming.push_back(wire.sent[0]);
    CHECK(receive(through) == 0);  // it has entered
    wire.time += 20ms;
    CHECK(receive(through) == 1);
}

TEST_CASE("At a rate, packets leave one after the other, and the queue drops what it has no room for") {
    memory_link wire;
    // 1,040 octets take 1,040 µs at 8 Mbit/s; one is in transmission and two wait.
    io::fault_injector through(wire, {.out = {.rate = 8'000'000, .queue_packets = 2}});
    send(through, 5);
    CHECK(through.count().dropped == 2);
    for (std::size_t i = 1; i <= 3; ++i) {
        wire.time = instant(static_cast<std::int64_t>(i) * 1040us);
        static_cast<void>(receive(through));
        CHECK(wire.sent.size() == i);
    }
}

TEST_CASE("What is corrupted has a wrong checksum, and what is duplicated comes twice") {
    memory_link wire;
    io::fault_injector through(wire, {.out = {.corruption = 1.0, .duplication = 1.0}});
    send(through, 1);
    REQUIRE(wire.sent.size() == 2);
    for (const auto& each : wire.sent) CHECK(!parse_packet({.data = each, .length = each.size()}));
    CHECK(wire.sent[0].size() == 1040);
}

TEST_CASE("A path that pushes back takes no more than it has room for, and loses nothing") {
    memory_link wire;
    io::fault_injector through(wire, {.out = {.rate = 8'000'000, .queue_packets = 1, .pushes_back = true}});
    const auto text = text_of(1000);
    const std::array<tx_packet, 4> packets{data_packet(text), data_packet(text), data_packet(text), data_packet(text)};
    CHECK(through.transmit(packets) == 2);  // one in transmission, one waits
    wire.time = instant(1040us);
    static_cast<void>(receive(through));
    CHECK(through.transmit(std::span(packets).subspan(2)) == 1);
    CHECK(through.count().dropped == 0);
}

TEST_CASE("A packet that a full link did not take leaves as soon as it does") {
    memory_link wire;
    wire.room = 1;
    io::fault_injector through(wire, {});
    send(through, 3);
    CHECK(wire.sent.size() == 1);
    wire.room = 2;
    CHECK(receive(through) == 0);
    CHECK(wire.sent.size() == 3);
}

TEST_CASE("What comes out of the injector can be sent by a link that looks up where each packet goes") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    constexpr auto loopback = ip_address::v4(127, 0, 0, 1);
    auto far = io::udp::open({.own = {loopback, 0}}, *reactor);
    REQUIRE(far);
    auto near = io::udp::open({.own = {loopback, 0}, .peers = {{there, far->local()}}}, *reactor);
    REQUIRE(near);
    io::fault_injector through(*near, {});
    send(through, 1);
    // In a namespace whose loopback is down it leaves no further, but that is an error of the system's.
    CHECK(near->count().packets_out + near->count().errors == 1);
}

TEST_CASE("One seed draws the same losses, another one others") {
    const auto lost = [](std::uint64_t seed) {
        memory_link wire;
        io::fault_injector through(wire, {.out = {.loss = 0.5}, .seed = seed});
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < 64; ++i) {
            const std::size_t before = wire.sent.size();
            send(through, 1);
            if (wire.sent.size() == before) out.push_back(i);
        }
        return out;
    };
    CHECK(lost(1) == lost(1));
    CHECK(lost(1) != lost(2));
    CHECK(lost(1).size() > 16);
}
