// SPDX-License-Identifier: MIT
// Settings, one instance a slot, written with designated initialisers: each reaches the connection, and each connection
// begins with a fresh copy.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;

namespace {

using buffers = fixed_buffers<65536, 2048, 64, 4>;
using all_defaults = tcp<buffers>;
using fixed = tcp<buffers, fixed_window, fixed_rto, counter_isn, every_segment>;

}  // namespace

TEST_CASE("congestion: an initial window of four segments lets four leave") {
    for (const std::uint32_t segments : {1u, 4u, 10u}) {
        bench<all_defaults> b({.congestion = {.initial_window = segments}});
        b.establish();
        CHECK(b.send(std::string(20 * 1460, 'x')));
        CHECK(b.take().size() == segments);
    }
}

TEST_CASE("congestion: a fixed window is as large as it is set") {
    bench<fixed> b({.congestion = {.octets = 3 * 1460}});
    b.establish();
    CHECK(b.send(std::string(20 * 1460, 'x')));
    CHECK(b.take().size() == 3);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1 + 1460});
    CHECK(b.take().size() == 1);
}

TEST_CASE("rtt: the floor and the initial timeout are what they are set to") {
    bench<all_defaults> b({.rtt = {.initial = 3s, .floor = 1s}});
    CHECK(b.connect());
    CHECK(b.endpoint.next_deadline() == b.now + 3s);
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1});
    CHECK(b.send("x"));
    CHECK(b.endpoint.next_deadline() == b.now + 1s);
}

TEST_CASE("recovery: a threshold of five duplicates waits for five") {
    using counting = tcp<buffers, sack_recovery>;
    lab::mixed<counting> b(lab::each_mix(),
                           {.recovery = {.without_sack = {.duplicate_threshold = 5, .limited_transmit = false}}});
    b.establish();
    CHECK(b.send(std::string(10 * b.each, 'x')));
    b.take();
    CHECK(b.gets({1, 2, 3, 4}).empty());
    CHECK(b.gets(5) == lab::numbers{0});  // RFC 5681: the fifth; RFC 6675: more than four segments above it
}

TEST_CASE("ack: the delay and the quick start are what they are set to") {
    bench<all_defaults> b({.ack = {.delay = 150ms, .quick_start = 0}});
    b.establish();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = std::string(1000, 'x')});
    CHECK(b.quiet());
    b.wait(150ms - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take_one().is_pure_ack());
}

TEST_CASE("isn: a counter begins where it is set, the hash differs with the seed and not without") {
    bench<fixed> b({.isn = {.start = 0xfffffff0}});
    CHECK(b.connect());
    CHECK(b.iss() == seq(0xfffffff0) + 250'000);  // it is one second past the beginning of time

    const auto iss = [](std::uint64_t number) {
        bench<all_defaults> one({.seed = number});
        CHECK(one.connect());
        return one.iss();
    };
    CHECK(iss(1) == iss(1));
    CHECK(iss(1) != iss(2));
}

TEST_CASE("limits: the MTU makes the MSS of both families, and 2 MSL the time in TIME-WAIT") {
    for (const bool v6 : {false, true}) {
        bench<all_defaults> b({.limits = {.mtu = 1280, .msl = 5s}}, v6);
        CHECK(b.connect());
        CHECK(b.take_one().mss == (v6 ? 1220 : 1240));
        b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
        CHECK(b.shutdown());
        b.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 2});
        CHECK(b.state() == state::time_wait);
        CHECK(b.endpoint.next_deadline() == b.now + 10s);
    }
}

TEST_CASE("limits: a connection begins with the options set for all, and may change its own") {
    bench<all_defaults> b({.limits = {.connection = {.nagle = false, .dscp = 10}}});
    b.establish();
    CHECK(b.send("x"));
    CHECK(b.send("y"));  // no Nagle: both at once
    CHECK(b.sent.size() == 2);
    CHECK(b.take()[0].ip.dscp == 10);
    connection_options mine = b.endpoint.connection().options();
    mine.nagle = true;
    b.set_options(mine);
    CHECK(b.send("z"));
    CHECK(b.quiet());
    // The next connection of this endpoint is told nothing of that.
    CHECK(b.abort());
    b.establish();
    CHECK_FALSE(b.endpoint.connection().options().nagle);
}

TEST_CASE("each connection begins with the policies' settings, not with what the last one left") {
    bench<all_defaults> b({.congestion = {.initial_window = 4}});
    b.establish();
    CHECK(b.send(std::string(20 * 1460, 'x')));
    b.wait(1s);  // timeouts: one segment, a long RTO
    CHECK(b.block().congestion.window() == 1460);
    CHECK(b.block().rtt.rto() > 400ms);
    CHECK(b.abort());
    b.take();
    CHECK(b.connect());
    CHECK(b.block().rtt.rto() == 1s);
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
    CHECK(b.block().congestion.window() == 4 * 1460);
    CHECK(b.block().flight.pipe() == 0);
}

TEST_CASE("two endpoints with the same seed and the same events send the same octets") {
    const auto conversation = [](std::uint64_t number) {
        bench<all_defaults> b({.seed = number});
        b.establish();
        CHECK(b.send(std::string(5000, 'x')));
        b.wait(3s);
        std::vector<std::uint32_t> seen;
        for (const auto& s : b.take()) {
            seen.push_back(s.sequence + b.iss().number());
            seen.push_back(s.flags.bits());
            seen.push_back(static_cast<std::uint32_t>(s.text.size()));
        }
        return seen;
    };
    CHECK(conversation(42) == conversation(42));
    CHECK(conversation(42) != conversation(43));
}
