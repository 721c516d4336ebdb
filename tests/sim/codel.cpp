// SPDX-License-Identifier: MIT
// CoDel (RFC 8289) against its control law in closed form: the k-th drop of an episode comes interval / sqrt(k) after
// the one before, at the first packet that the link takes from then on. The control is drop tail, which drops nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "link_rig.hpp"

using namespace sluice;
using lab::drop_cause;
using lab::ip_packet;
using lab::packet_event;
using lab::rig;

namespace {

/// Every packet takes 1 ms, so the link takes one at each whole millisecond.
sim::link_settings one_a_millisecond(const sim::discipline_settings& discipline) {
    return {.rate = 12'000'000, .discipline = discipline};
}

/// Twice what the link carries.
void overload(rig& r, duration lasting, ecn_codepoint ecn = ecn_codepoint::not_ect) {
    for (const instant end = r.now + lasting; r.now < end;) {
        r.offer(ip_packet(1500, ecn));
        r.run(r.now + 500us);
    }
}
/// Until all is out, and some time besides, to a whole millisecond.
void rest(rig& r, duration besides) {
    while (!r.link.queue().backlog().empty()) r.run(r.now + 1ms);
    r.run(instant((r.now.time_since_epoch() + besides) / 1ms * 1ms));
}

/// From the first drop on: the law's times, each at the next whole millisecond.
std::vector<instant> law(instant first, std::size_t drops, double count = 1) {
    std::vector<instant> out{first};
    for (instant exactly = first; out.size() < drops; ++count) {
        exactly += duration(static_cast<std::int64_t>(100e6 / std::sqrt(count)));
        out.push_back(instant((exactly.time_since_epoch() + 1ms - 1ns) / 1ms * 1ms));
    }
    return out;
}

}  // namespace

TEST_CASE("the integer square root is the largest whose square is not above") {
    static_assert(sim::square_root(0) == 0 && sim::square_root(1) == 1 && sim::square_root(3) == 1);
    static_assert(sim::square_root(~std::uint64_t{0}) == 0xffffffff);
    seeded_random random(1);
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t n = random.bits() >> (i % 64);
        const std::uint64_t root = sim::square_root(n);
        CHECK(root * root <= n);
        CHECK((root == 0xffffffff || (root + 1) * (root + 1) > n));
    }
}

TEST_CASE("drops are interval / sqrt(count) apart, to the nanosecond") {
    CHECK(sim::codel_spacing(100ms, 1) == 100ms);
    CHECK(sim::codel_spacing(100ms, 4) == 50ms);
    CHECK(sim::codel_spacing(100ms, 10'000) == 1ms);
    CHECK(sim::codel_spacing(4s, 16) == 1s);
    for (std::uint32_t count = 1; count < 100'000; ++count)
        CHECK(std::abs(static_cast<double>(sim::codel_spacing(100ms, count).count()) - 100e6 / std::sqrt(count)) <
              1.001);
}

// The packet that is taken at k ms has come at k/2 ms: from 10 ms on the wait is no longer below 5 ms, and an interval
// later the first is dropped.
TEST_CASE("under a standing overload the drops follow the control law, for ten seconds") {
    rig r(one_a_millisecond(sim::codel_settings{}));
    overload(r, 10s);
    const auto drops = r.times(packet_event::dropped, drop_cause::aqm);
    REQUIRE(drops.size() > 2000);  // t = 2 · interval · sqrt(n), about
    CHECK(drops == law(instant(110ms), drops.size()));

    rig control(one_a_millisecond(sim::drop_tail_settings{}));
    overload(control, 10s);
    CHECK(control.count(packet_event::dropped, drop_cause::aqm) == 0);
}

TEST_CASE("target and interval are settings: half the interval gives drops in half the time") {
    rig r(one_a_millisecond(sim::codel_settings{.target = 20ms, .interval = 25ms}));
    overload(r, 200ms);
    const auto drops = r.times(packet_event::dropped, drop_cause::aqm);
    REQUIRE(drops.size() > 4);
    CHECK(drops[0] == instant(40ms + 25ms));  // the wait is 20 ms at 40 ms
    CHECK(drops[1] == instant(90ms));
    CHECK(drops[2] == instant(108ms));  // 107.7
}

TEST_CASE("what is ECN-capable is marked at the same times, and nothing of it is dropped") {
    rig r(one_a_millisecond(sim::codel_settings{}));
    overload(r, 2s, ecn_codepoint::ect0);
    const auto marks = r.times(packet_event::marked);
    REQUIRE(marks.size() > 80);
    CHECK(marks == law(instant(110ms), marks.size()));
    CHECK(r.count(packet_event::dropped, drop_cause::aqm) == 0);

    rig without(one_a_millisecond(sim::codel_settings{.ecn = false}));
    overload(without, 2s, ecn_codepoint::ect0);
    CHECK(without.count(packet_event::marked) == 0);
    const auto drops = without.times(packet_event::dropped, drop_cause::aqm);
    CHECK(drops == law(instant(110ms), drops.size()));
}

// The link stands still from 300 ms to 900 ms: by then many drops are due. They are made at once; but a packet carries
// one mark, so marks go on packets that follow each other, until the law's time is reached again.
TEST_CASE("drops that have become due while the link stood still are made at once, marks one a packet") {
    sim::rate_trace pausing;
    for (std::uint64_t ms = 1; ms <= 3000; ++ms)
        if (ms <= 300 || ms >= 900) pausing.opportunities_ms.push_back(ms);
    for (const ecn_codepoint ecn : {ecn_codepoint::not_ect, ecn_codepoint::ect0}) {
        rig r({.trace = pausing, .discipline = sim::codel_settings{}});
        overload(r, 2500ms, ecn);
        const bool marks = ecn == ecn_codepoint::ect0;
        const auto times = marks ? r.times(packet_event::marked) : r.times(packet_event::dropped, drop_cause::aqm);
        REQUIRE(times.size() > 60);
        auto expected = law(times.front(), times.size());
        for (std::size_t n = 1; n < expected.size(); ++n) {
            if (expected[n] > instant(300ms)) expected[n] = std::max(expected[n], instant(900ms));
            if (marks) expected[n] = std::max(expected[n], expected[n - 1] + 1ms);
        }
        CHECK(times == expected);
        const auto at_once = std::count(times.begin(), times.end(), instant(900ms));
        CHECK((marks ? at_once == 1 : at_once > 10));
    }
}

TEST_CASE("a burst that is over within an interval loses nothing, however long it waits") {
    rig r(one_a_millisecond(sim::codel_settings{}));
    for (int i = 0; i < 100; ++i) r.offer(1500);  // the last waits for 99 ms
    r.run();
    CHECK(r.arrivals.size() == 100);
    rig longer(one_a_millisecond(sim::codel_settings{}));
    for (int i = 0; i < 110; ++i) longer.offer(1500);  // above the target from 5 ms on, and still at 105 ms
    longer.run();
    CHECK(longer.times(packet_event::dropped, drop_cause::aqm) == std::vector<instant>{instant(105ms)});
}

// At 1 Mbit/s a packet alone takes 12 ms, longer than the target: who drops for that would starve the link.
TEST_CASE("nothing is dropped while no more than an MTU waits") {
    const auto slow = [](std::size_t mtu) {
        rig r({.rate = 1'000'000, .discipline = sim::codel_settings{.mtu = mtu}});
        for (int i = 0; i < 3; ++i) r.offer(1500);
        for (int i = 0; i < 200; ++i) {  // two wait whenever one is taken, of which one stays
            r.run(r.now + 12ms);
            r.offer(1500);
        }
        return r.count(packet_event::dropped, drop_cause::aqm);
    };
    CHECK(slow(1500) == 0);
    CHECK(slow(1499) > 0);
}

TEST_CASE("an episode that soon follows another begins at the rate of drops which that one had reached") {
    const auto second_episode = [](duration pause) {
        rig r(one_a_millisecond(sim::codel_settings{}));
        overload(r, 1s);
        rest(r, pause);
        const std::size_t before = r.count(packet_event::dropped, drop_cause::aqm);
        overload(r, 1s);
        auto drops = r.times(packet_event::dropped, drop_cause::aqm);
        drops.erase(drops.begin(), drops.begin() + static_cast<std::ptrdiff_t>(before));
        return std::pair(before, drops);
    };
    const auto [before, soon] = second_episode(100ms);
    REQUIRE(before > 20);
    REQUIRE(soon.size() > 20);
    CHECK(soon == law(soon.front(), soon.size(), static_cast<double>(before - 1)));

    const auto [first, late] = second_episode(1700ms);  // more than sixteen intervals
    CHECK(first == before);
    REQUIRE(late.size() > 5);
    CHECK(late == law(late.front(), late.size()));
}

TEST_CASE("the link's limits apply besides") {
    rig r({.rate = 12'000'000, .queue_packets = 10, .discipline = sim::codel_settings{}});
    for (int i = 0; i < 20; ++i) r.offer(1500);
    CHECK(r.count(packet_event::dropped, drop_cause::queue_full) == 9);
}
