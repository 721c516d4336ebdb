// SPDX-License-Identifier: MIT
// Marking at a step: exactly the packets that arrive above K, and exactly those that have waited longer than T. The
// controls: the same bursts through drop tail, without a mark.
#include <doctest/doctest.h>

#include "link_rig.hpp"

using namespace sluice;
using lab::drop_cause;
using lab::ip_packet;
using lab::packet_event;
using lab::rig;
using numbers = std::vector<std::uint64_t>;

namespace {

/// Ten packets at once into a link that takes 1 ms for each: the n-th, from 0, finds n − 1 waiting, and waits n ms.
rig burst_of_ten(const sim::discipline_settings& discipline, ecn_codepoint ecn = ecn_codepoint::ect0,
                 std::size_t limit = sim::unlimited, bool ipv6 = false) {
    rig r({.rate = 12'000'000, .queue_packets = limit, .discipline = discipline});
    for (int i = 0; i < 10; ++i) r.offer(ip_packet(1500, ecn, 1, ipv6));
    r.run();
    return r;
}
numbers arrived_as_ce(const rig& r) {
    numbers out;
    for (const auto& each : r.arrivals)
        if (sim::ecn_of(each.data) == ecn_codepoint::ce) out.push_back(each.number);
    return out;
}

}  // namespace

TEST_CASE("exactly the packets that find more than K waiting are marked") {
    for (const bool ipv6 : {false, true})
        for (const ecn_codepoint ecn : {ecn_codepoint::ect0, ecn_codepoint::ect1}) {
            const rig r = burst_of_ten(sim::step_marking_settings{.packets = 3}, ecn, sim::unlimited, ipv6);
            CHECK(r.numbers(packet_event::marked) == numbers{5, 6, 7, 8, 9});
            CHECK(arrived_as_ce(r) == numbers{5, 6, 7, 8, 9});
            CHECK(r.arrivals.size() == 10);
        }
    const rig control = burst_of_ten(sim::drop_tail_settings{});
    CHECK(control.count(packet_event::marked) == 0);
    CHECK(arrived_as_ce(control).empty());
}

TEST_CASE("exactly the packets that have waited longer than T are marked") {
    const rig r = burst_of_ten(sim::step_marking_settings{.sojourn = 5ms});
    CHECK(r.numbers(packet_event::marked) == numbers{6, 7, 8, 9});
    CHECK(arrived_as_ce(r) == numbers{6, 7, 8, 9});
    const rig later = burst_of_ten(sim::step_marking_settings{.sojourn = 5ms - 1ns});
    CHECK(later.numbers(packet_event::marked) == numbers{5, 6, 7, 8, 9});
}

TEST_CASE("what is not ECN-capable is dropped at the step, or let through") {
    const auto plain = ecn_codepoint::not_ect;
    const rig above_k = burst_of_ten(sim::step_marking_settings{.packets = 3}, plain);
    CHECK(above_k.dropped(drop_cause::aqm) == numbers{5, 6, 7, 8, 9});
    CHECK(above_k.arrivals.size() == 5);

    // Nine wait. When the fifth has been transmitted, at 6 ms, all the others have waited too long.
    const rig late = burst_of_ten(sim::step_marking_settings{.sojourn = 5ms}, plain);
    CHECK(late.dropped(drop_cause::aqm) == numbers{6, 7, 8, 9});
    CHECK(late.times(packet_event::dropped, drop_cause::aqm) == std::vector<instant>(4, instant(6ms)));

    for (const auto& gentle : {sim::step_marking_settings{.packets = 3, .drops_not_ect = false},
                               sim::step_marking_settings{.sojourn = 5ms, .drops_not_ect = false}}) {
        const rig r = burst_of_ten(gentle, plain);
        CHECK(r.arrivals.size() == 10);
        CHECK(r.count(packet_event::marked) == 0);
    }
}

TEST_CASE("besides, the queue is drop tail") {
    const rig r = burst_of_ten(sim::step_marking_settings{.packets = 3}, ecn_codepoint::ect0, 6);
    CHECK(r.numbers(packet_event::marked) == numbers{5, 6});
    CHECK(r.dropped(drop_cause::queue_full) == numbers{7, 8, 9});
}

TEST_CASE("what came as CE stays so, and is not reported as a mark of this queue") {
    const rig r = burst_of_ten(sim::step_marking_settings{.packets = 3}, ecn_codepoint::ce);
    CHECK(r.count(packet_event::marked) == 0);
    CHECK(r.arrivals.size() == 10);
    CHECK(arrived_as_ce(r).size() == 10);
}
