// SPDX-License-Identifier: MIT
// host/device.hpp: programs over a packet_link, to their end or to the end of one task; what a full link does.
#include "support/hosts.hpp"
#include "support/pair_link.hpp"

#include <sluice/host/device.hpp>
#include <sluice/host/error.hpp>

#include "../../examples/echo.hpp"

namespace {

using namespace sluice;

/// Two hosts, a link each, and devices that drive them.
struct joined {
    lab::wire wire;
    lab::pair_link near_link{wire, 0}, far_link{wire, 1};
    host<lab::host_tcp> near, far;
    device<lab::host_tcp, lab::pair_link> near_device, far_device;

    explicit joined(link_capabilities can = {}, const lab::host_tcp::settings& s = {})
        : near_link{wire, 0, can}, far_link{wire, 1, can}, near(s, lab::client_address), far(s, lab::server_address),
          near_device(near, near_link), far_device(far, far_link) {
        near_link.others_turn = [this] { far_device.turn(); };
        near_link.others_deadline = [this] { return far_device.next_deadline(); };
    }
};

task<int> seven_after(duration d) {
    co_await sleep_for(d);
    co_return 7;
}

}  // namespace

TEST_CASE("the echo of examples/echo.hpp runs over a link, and run is over when program and connection are") {
    joined j;
    const auto words = lab::message(300'000);
    std::vector<octet> heard;
    error answer = error::would_block;
    const auto ask = [&]() -> task<> {
        const auto done = co_await echo::client(j.near, lab::server_address, words, heard);
        answer = done.error();
    };
    CHECK(j.far.spawn(echo::server(j.far)));
    CHECK(j.near.spawn(ask()));
    CHECK(j.near_device.run());
    CHECK(answer == error::none);
    CHECK(heard == words);
    CHECK(j.near.is_done());
    CHECK(j.near.now() == j.wire.now);
}

TEST_CASE("who was spawned before the first turn listens, though a SYN has come before that") {
    joined j;
    std::vector<octet> heard;
    error answer = error::would_block;
    const auto ask = [&]() -> task<> {
        const auto done = co_await echo::client(j.near, lab::server_address, lab::message(10), heard);
        answer = done.error();
    };
    CHECK(j.near.spawn(ask()));
    j.near_device.turn();
    CHECK(j.wire.carried == 1);
    j.wire.now += j.wire.delay;
    CHECK(j.far.spawn(echo::server(j.far)));
    CHECK(j.near_device.run());
    CHECK(answer == error::none);
    CHECK(j.far.stack().count().resets_out == 0);
}

TEST_CASE("run does not end before what was sent and closed is acknowledged") {
    joined j;
    std::vector<octet> read;
    error how{};
    const auto send = [&]() -> task<> {
        tcp_socket socket(j.near);
        CHECK(co_await socket.connect(lab::echo_port));
        CHECK(co_await socket.send(lab::message(10'000)));
    };
    const auto receive = [&]() -> task<> {
        tcp_listener listener(j.far);
        CHECK(listener.listen(lab::echo_port));
        auto accepted = co_await listener.accept();
        tcp_socket<lab::host_tcp> socket = *std::move(accepted);
        co_await lab::read_all(socket, read, how);
    };
    CHECK(j.far.spawn(receive()));
    CHECK(j.near.spawn(send()));
    CHECK(j.near_device.run());
    CHECK(read == lab::message(10'000));
    CHECK(how == error::none);
}

TEST_CASE("block_on is over when its task is, and answers what it answers") {
    joined j;
    CHECK(j.far.spawn(echo::server(j.far)));
    CHECK(j.near.spawn([](auto& h) -> task<> {
        while (true) co_await sleep_for(1ms);
        static_cast<void>(h);
    }(j.near)));
    const auto words = lab::message(1000);
    std::vector<octet> heard;
    CHECK(j.near_device.block_on(echo::client(j.near, lab::server_address, words, heard)));
    CHECK(heard == words);
    const instant before = j.near.now();
    CHECK(j.near_device.block_on(seven_after(30ms)).value() == 7);
    CHECK(j.near.now() == before + 30ms);
    CHECK(j.near_device.block_on([]() -> task<> { co_await sleep_for(1ms); }()));
    CHECK(j.near.has_programs());
}

TEST_CASE("calls block one by one for who has no loop") {
    joined j;
    CHECK(j.far.spawn(echo::server(j.far)));
    tcp_socket socket(j.near);
    std::array<octet, 10> place;
    CHECK(j.near_device.block_on(socket.connect({lab::server_address, 9})).error() == error::refused);
    CHECK(j.near_device.block_on(socket.connect(lab::echo_port)));
    CHECK(j.near_device.block_on(socket.send(lab::message(10))).value() == 10);
    CHECK(j.near_device.block_on(socket.recv(place)).value() == 10);
    CHECK(place[9] == 10);
    CHECK(j.near_device.block_on(socket.close()));
}

TEST_CASE("whatever can be awaited can be blocked on: limits, several at once, time, turns") {
    joined j;
    CHECK(j.far.spawn(echo::server(j.far)));
    tcp_socket socket(j.near);
    std::array<octet, 10> place;
    const instant before = j.near.now();
    const socket_address nobody{ip_address::v4(198, 18, 9, 9), 9};
    CHECK(j.near_device.block_on(with_timeout(socket.connect(nobody), 300ms)).error() == error::timed_out);
    CHECK(j.near.now() == before + 300ms);
    CHECK(j.near_device.block_on(with_timeout(socket.connect(lab::echo_port), 300ms)));
    auto both = j.near_device.block_on(when_all(socket.send(lab::message(10)), socket.recv(place)));
    REQUIRE(both);
    CHECK(std::get<0>(*both).value() == 10);
    CHECK(std::get<1>(*both).value() == 10);
    const instant now = j.near.now();
    CHECK(j.near_device.block_on(sleep_for(20ms)));
    CHECK(j.near.now() == now + 20ms);
    auto nap = sleep_until(now + 30ms);
    CHECK(j.near_device.block_on(nap));
    CHECK(j.near.now() == now + 30ms);
    CHECK(j.near_device.block_on(next_turn()));
    error nested{};
    const auto program = [&]() -> task<> {
        nested = j.near_device.block_on(with_timeout(seven_after(1ms), 1s)).error();
        co_return;
    };
    CHECK(j.near_device.block_on(program()));
    CHECK(nested == error::would_deadlock);
}

TEST_CASE("a program that would block the loop in which it runs is told so: would_deadlock") {
    joined j;
    error blocked{}, ran{}, in_call{};
    const auto program = [&]() -> task<> {
        blocked = j.near_device.block_on(seven_after(1ms)).error();
        ran = j.near_device.run().error();
        tcp_socket socket(j.near);
        in_call = j.near_device.block_on(socket.recv({})).error();
        co_return;
    };
    CHECK(j.near.spawn(program()));
    CHECK(j.near_device.run());
    CHECK(blocked == error::would_deadlock);
    CHECK(ran == error::would_deadlock);
    CHECK(in_call == error::would_deadlock);
    CHECK(std::error_code(blocked) == std::errc::resource_deadlock_would_occur);
}

TEST_CASE("a link that is full all the time loses nothing") {
    joined j;
    j.wire.room = 3;
    const auto words = lab::message(300'000);
    std::vector<octet> heard;
    CHECK(j.far.spawn(echo::server(j.far)));
    CHECK(j.near_device.block_on(echo::client(j.near, lab::server_address, words, heard)));
    CHECK(heard == words);
    CHECK(j.wire.refused > 0);
    CHECK(j.wire.carried == j.near.stack().count().segments_out + j.far.stack().count().segments_out);
}

TEST_CASE("who has a whole window to send looks at what has come after every 64 packets, and sends on without a wait") {
    lab::host_tcp::settings s;
    s.congestion.initial_window = 200;
    joined j({}, s);
    const auto words = lab::message(300'000);
    std::vector<octet> heard;
    CHECK(j.far.spawn(echo::server(j.far)));
    CHECK(j.near_device.block_on(echo::client(j.near, lab::server_address, words, heard)));
    CHECK(heard == words);
    CHECK(j.near_link.most_at_once == 64);
}

TEST_CASE("packets are no longer than the link's MTU, or than the host's own where that is less") {
    for (const std::uint16_t mtu : {std::uint16_t{600}, std::uint16_t{1500}, std::uint16_t{9000}}) {
        joined j({.mtu = mtu});
        const auto words = lab::message(50'000);
        std::vector<octet> heard;
        CHECK(j.far.spawn(echo::server(j.far)));
        CHECK(j.near_device.block_on(echo::client(j.near, lab::server_address, words, heard)));
        CHECK(heard == words);
        CHECK(j.wire.longest == std::min<std::size_t>(mtu, 1500));
    }
}

TEST_CASE("a link that cuts super-segments gets them") {
    joined j({.largest_super_segment = 20'000});
    const auto words = lab::message(300'000);
    std::vector<octet> heard;
    CHECK(j.far.spawn(echo::server(j.far)));
    CHECK(j.near_device.block_on(echo::client(j.near, lab::server_address, words, heard)));
    CHECK(heard == words);
    CHECK(j.wire.longest > 10'000);
    CHECK(j.wire.longest <= 20'000 + tx_packet::longest_headers);
}

TEST_CASE("more packets than a batch are all received") {
    joined j;
    std::vector<std::vector<octet>> heard(50);
    const auto words = lab::message(10);
    std::size_t done = 0;
    const auto ask = [&](std::size_t i) -> task<> {
        const auto answer = co_await echo::client(j.near, lab::server_address, words, heard[i]);
        if (answer && heard[i] == words) ++done;
    };
    CHECK(j.far.spawn(echo::server(j.far)));
    for (std::size_t i = 0; i < heard.size(); ++i) CHECK(j.near.spawn(ask(i)));
    CHECK(j.near_device.run());
    CHECK(done == 50);
}
