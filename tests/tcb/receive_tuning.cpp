// SPDX-License-Identifier: MIT
// tcb/receive_tuning.hpp against closed forms: how long a round is, and that twice what was taken in it, and 16
// segments, is what is wanted at its end.
#include <doctest/doctest.h>

#include <sluice/tcb/receive_tuning.hpp>

namespace {

using namespace sluice;

constexpr std::uint32_t mss = 1000;

/// A round trip of so long is known.
constexpr receive_tuning knowing(duration round) {
    receive_tuning t;
    t.on_echo(1, round);
    return t;
}

/// In the compiler, too.
static_assert(knowing(40ms).on_read(instant(1s), 5000, mss) == std::size_t{2 * 5000 + 16 * mss});

}  // namespace

TEST_CASE("once a round trip, twice what the application took in it and 16 segments are wanted") {
    receive_tuning t = knowing(40ms);
    CHECK(t.on_read(instant(1s), 0, mss) == 16'000);
    for (int round = 1; round <= 5; ++round) {
        const instant end = instant(1s) + round * 40ms;
        CHECK_FALSE(t.on_read(end - 30ms, 700, mss));
        CHECK_FALSE(t.on_read(end - 20ms, 0, mss));
        CHECK_FALSE(t.on_read(end - 1ns, 300, mss));
        CHECK(t.on_read(end, 50, mss) == 2 * 1050 + 16'000);
    }
    // A round that ends late is one round; the next one begins there.
    CHECK(t.on_read(instant(9s), 100, mss) == 2 * 100 + 16'000);
    CHECK_FALSE(t.on_read(instant(9s) + 39ms, 100, mss));
    CHECK(t.on_read(instant(9s) + 40ms, 100, mss) == 2 * 200 + 16'000);
}

TEST_CASE("before a round trip is known nothing is wanted, and what was taken counts as soon as it is") {
    receive_tuning t;
    CHECK(t.round_trip() == 0ns);
    CHECK_FALSE(t.on_read(instant(1s), 500, mss));
    CHECK_FALSE(t.on_read(instant(1h), 500, mss));
    t.on_echo(1, 10ms);
    CHECK(t.on_read(instant(1h), 7, mss) == 2 * 1007 + 16'000);
}

TEST_CASE("the wanted size keeps ahead of a sender that doubles each round, and stays where a reader does") {
    receive_tuning t = knowing(10ms);
    instant now(1s);
    static_cast<void>(t.on_read(now, 0, mss));
    for (std::size_t flight = 10'000; flight < 1 << 30; flight *= 2) {
        now += 10ms;
        CHECK(t.on_read(now, flight, mss).value_or(0) > 2 * flight);  // all of the next round
    }
    for (int round = 0; round < 100; ++round) {
        now += 10ms;
        CHECK(t.on_read(now, 1250, mss) == 2 * 1250 + 16'000);  // 1 Mbit/s: never more
    }
}

TEST_CASE("a shorter round trip counts at once, a longer one for an eighth") {
    receive_tuning t = knowing(80ms);
    t.on_echo(2, 160ms);
    CHECK(t.round_trip() == 90ms);
    t.on_echo(3, 10ms);
    CHECK(t.round_trip() == 10ms);
    t.on_echo(4, 10ms);
    CHECK(t.round_trip() == 10ms);
    for (std::uint32_t echo = 5; echo < 200; ++echo) t.on_echo(echo, 50ms);
    CHECK(t.round_trip() > 49ms);
    CHECK(t.round_trip() <= 50ms);
}

TEST_CASE("an echo that has come back before, or that says nothing, is none") {
    receive_tuning t = knowing(40ms);
    t.on_echo(1, 10ms);
    CHECK(t.round_trip() == 40ms);
    t.on_echo(2, {});
    CHECK(t.round_trip() == 40ms);
    t.on_echo(2, 10ms);  // nor was it taken for one then
    CHECK(t.round_trip() == 10ms);
}

TEST_CASE("a timestamp tells no round trip shorter than its tick: on a short path nothing would be read in one") {
    CHECK(knowing(0ms).round_trip() == 1ms);
    receive_tuning t = knowing(5ms);
    t.on_echo(2, 0ms);
    CHECK(t.round_trip() == 1ms);
}

TEST_CASE("without timestamps a round lasts until text comes from beyond the edge that was told when it began") {
    receive_tuning t;
    const seq start(0xffffff00);
    t.on_text(instant(1s), start, start + 1000);
    t.on_text(instant(1s) + 50ms, start + 1000, start + 2000);  // all of that may have been on its way
    CHECK(t.round_trip() == 0ns);
    t.on_text(instant(1s) + 60ms, start + 1001, start + 2500);
    CHECK(t.round_trip() == 60ms);
    t.on_text(instant(1s) + 70ms, start + 2500, start + 4000);
    t.on_text(instant(1s) + 80ms, start + 2501, start + 4000);
    CHECK(t.round_trip() == 20ms);
}

TEST_CASE("without timestamps what a slow reader makes of a round counts for nothing") {
    receive_tuning t;
    t.on_text(instant(1s), seq(0), seq(1000));
    t.on_text(instant(1s) + 40ms, seq(1001), seq(2000));
    for (std::uint32_t round = 2; round < 50; ++round)
        t.on_text(instant(1s) + round * 1s, seq(round * 1000 + 1), seq((round + 1) * 1000));
    CHECK(t.round_trip() == 40ms);
}

TEST_CASE("a round takes some time, or each call would end one") {
    receive_tuning t;
    t.on_text(instant(1s), seq(0), seq(0));
    t.on_text(instant(1s), seq(1), seq(1));
    CHECK(t.round_trip() == 1us);
}
