// SPDX-License-Identifier: MIT
//
// Two hosts over UDP on the loopback, in real time: nothing is asserted of how long it takes.
#include <doctest/doctest.h>

#include <sluice/host/device.hpp>
#include <sluice/host/tcp_listener.hpp>
#include <sluice/io/udp.hpp>

#include "memory_link.hpp"

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

namespace {

constexpr auto loopback = ip_address::v4(127, 0, 0, 1);

task<> echo_once(host<my_tcp>& at) {
    tcp_listener listener(at);
    if (!listener.listen({.port = 7})) co_return;
    auto peer = co_await listener.accept();
    if (!peer) co_return;
    std::array<octet, 8192> some;
    while (true) {
        const auto got = co_await peer->recv(some);
        if (got.value_or(0) == 0) co_return;
        const auto said = co_await peer->send(octets(some).first(*got));
        if (!said) co_return;
    }
}

task<> say(tcp_socket<my_tcp>& to, octets words) {
    const auto said = co_await to.send(words);
    if (said) static_cast<void>(to.shutdown());
}

task<> ask(host<my_tcp>& at, octets words, std::vector<octet>& heard) {
    tcp_socket socket(at);
    const auto done = co_await socket.connect({there, 7});
    if (!done) co_return;
    if (!at.spawn(say(socket, words))) co_return;
    std::array<octet, 8192> some;
    while (true) {
        const auto got = co_await socket.recv(some);
        if (got.value_or(0) == 0) co_return;
        heard.insert(heard.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*got));
    }
}

/// Both in one thread, which waits for both; a minute at most.
void drive(io::reactor& reactor, device<my_tcp, io::udp>& one, device<my_tcp, io::udp>& other, auto&& is_done) {
    const instant end = io::monotonic_now() + 1min;
    while (!is_done() && io::monotonic_now() < end) {
        one.turn();
        other.turn();
        reactor.wait(std::min({one.next_deadline(), other.next_deadline(), end}));
    }
}

/// The loopback may be down, in a namespace that nobody has set up.
bool has_loopback(io::reactor& reactor) {
    auto link = io::udp::open({.own = {loopback, 0}}, reactor);
    if (!link) return false;
    const io::socket_name self(link->local());
    const ssize_t sent = ::sendto(link->native_handle(), "x", 1, 0, self.address(), self.length());
    if (sent != 1) MESSAGE("skipped: no loopback here");
    return sent == 1;
}

/// A packet, within a minute.
bool one_comes(io::udp& link) {
    std::array<rx_packet, 4> room;
    const instant end = io::monotonic_now() + 1min;
    std::size_t got = 0;
    while ((got = link.receive(room)) == 0 && io::monotonic_now() < end) link.wait(io::monotonic_now() + 10ms);
    return got == 1;
}

}  // namespace

TEST_CASE("Two hosts speak TCP inside of UDP over the loopback; one is told where the other is, which learns it") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    if (!has_loopback(*reactor)) return;
    auto far_link = io::udp::open({.own = {loopback, 0}}, *reactor);
    REQUIRE(far_link);
    auto near_link = io::udp::open({.own = {loopback, 0}, .peers = {{{}, far_link->local()}}}, *reactor);
    REQUIRE(near_link);
    host<my_tcp> far({.seed = 1}, there), near({.seed = 2}, here);
    device far_loop(far, *far_link), near_loop(near, *near_link);
    const auto words = text_of(1'000'000);
    std::vector<octet> heard;
    REQUIRE(far.spawn(echo_once(far)));
    far_loop.turn();
    REQUIRE(near.spawn(ask(near, words, heard)));
    drive(*reactor, far_loop, near_loop, [&] { return !near.has_programs() && !far.has_programs(); });
    CHECK(heard == words);
    CHECK(far_link->count().packets_in > 1'000'000 / 1360);
    CHECK(near_link->count().lost_out == 0);
}

TEST_CASE("Who has an address that nobody knows gets nothing, and it is counted") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    auto link = io::udp::open({.own = {loopback, 0}}, *reactor);
    REQUIRE(link);
    const auto text = text_of(10);
    const tx_packet p = data_packet(text);
    CHECK(link->transmit(std::span(&p, 1)) == 1);
    CHECK(link->count().lost_out == 1);
    CHECK(link->count().packets_out == 0);
}

TEST_CASE("Where nobody listens, of either family, ICMP's word is counted, and no packet is lost by hearing it") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    for (const ip_address& own : {loopback, ip_address::v6({0, 0, 0, 0, 0, 0, 0, 1})}) {
        socket_address nowhere;
        {
            auto for_a_while = io::udp::open({.own = {own, 0}}, *reactor);
            if (!for_a_while || !has_loopback(*reactor)) {
                MESSAGE("skipped: no loopback of this family");
                continue;
            }
            nowhere = for_a_while->local();
        }
        auto link = io::udp::open({.peers = {{{}, nowhere}}}, *reactor);
        REQUIRE(link);
        const auto text = text_of(10);
        const tx_packet p = data_packet(text);
        std::array<rx_packet, 4> room;
        const instant end = io::monotonic_now() + 1min;
        for (std::uint64_t sent = 1; sent <= 3; ++sent) {
            CHECK(link->transmit(std::span(&p, 1)) == 1);
            while (link->count().unreachable < sent && io::monotonic_now() < end) {
                link->wait(io::monotonic_now() + 100ms);
                CHECK(link->receive(room) == 0);
            }
            CHECK(link->count().unreachable == sent);
        }
        CHECK(link->transmit(std::span(&p, 1)) == 1);  // and its answer is not read
        CHECK(link->transmit(std::span(&p, 1)) == 1);
        CHECK(link->count().packets_out == 5);
        CHECK(link->count().lost_out == 0);
    }
}

TEST_CASE("Once somebody has answered, what ICMP says is not heard any more: it may be forged") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    if (!has_loopback(*reactor)) return;
    auto far_link = io::udp::open({.own = {loopback, 0}}, *reactor);
    REQUIRE(far_link);
    auto near_link = io::udp::open({.peers = {{{}, far_link->local()}}}, *reactor);
    REQUIRE(near_link);
    const auto text = text_of(10);
    const tx_packet to_far = data_packet(text), to_near = data_packet(text, 0, there, here);
    CHECK(near_link->transmit(std::span(&to_far, 1)) == 1);
    CHECK(one_comes(*far_link));
    CHECK(far_link->transmit(std::span(&to_near, 1)) == 1);
    CHECK(one_comes(*near_link));
    { const io::udp gone = *std::move(far_link); }
    std::array<rx_packet, 4> room;
    for (int i = 0; i < 3; ++i) {
        CHECK(near_link->transmit(std::span(&to_far, 1)) == 1);
        near_link->wait(instant::min());
        CHECK(near_link->receive(room) == 0);
    }
    CHECK(near_link->count().packets_out == 4);
    CHECK(near_link->count().unreachable == 0);
    CHECK(near_link->count().errors == 0);
}

TEST_CASE("Who names no address of its own is reached, and reaches, by both families") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    if (!has_loopback(*reactor)) return;
    auto far_link = io::udp::open({}, *reactor);
    REQUIRE(far_link);
    const auto text = text_of(10);
    for (const ip_address& outside : {loopback, ip_address::v6({0, 0, 0, 0, 0, 0, 0, 1})}) {
        auto near_link = io::udp::open({.peers = {{{}, {outside, far_link->local().port}}}}, *reactor);
        REQUIRE(near_link);
        const tx_packet to_far = data_packet(text), to_near = data_packet(text, 0, there, here);
        CHECK(near_link->transmit(std::span(&to_far, 1)) == 1);
        if (near_link->count().lost_out != 0 && !outside.is_v4()) {
            MESSAGE("skipped: no loopback of this family");
            continue;
        }
        CHECK(one_comes(*far_link));
        CHECK(far_link->transmit(std::span(&to_near, 1)) == 1);
        CHECK(one_comes(*near_link));
    }
}

TEST_CASE("A port that is taken is refused with a reason") {
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    auto link = io::udp::open({.own = {loopback, 0}}, *reactor);
    REQUIRE(link);
    const auto refused = io::udp::open({.own = link->local()}, *reactor);
    REQUIRE(!refused);
    CHECK(refused.why().text() ==
          "UDP port " + std::to_string(link->local().port) + ": Address already in use (another program has it)");
}
