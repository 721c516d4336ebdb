// SPDX-License-Identifier: MIT
//
// How evenly flows share a bottleneck: equal ones, one that joins later, and, printed only, ones that are not equally
// far away. 20 Mbit/s × 40 ms with a buffer of as much, 10 seeds; the race spreads the starts by 1 s and each packet by
// one packet time, so that no flow owes its share to its place in the queue.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/sim/race.hpp>

using namespace sluice;

namespace {

template <class Congestion>
sim::entrant flows_of(const sim::entry& how = {}) {
    return sim::enter<tcp<Congestion, rack_tlp>>(std::string(Congestion::name), how);
}

/// The control, which gives way to nothing: twice what path and buffer hold, always.
sim::entrant never_yields() {
    constexpr std::uint32_t window = 270 * 1448;
    return sim::enter<tcp<fixed_window, rack_tlp>>("never_yields", {}, {.congestion = {.octets = window}});
}

constexpr std::uint64_t rate = 20'000'000;
constexpr std::uint64_t seeds = 10;
constexpr double least_jain = 0.95, least_share = 0.5, least_of_newcomer = 0.7;  // shares: of what would be fair

/// Over all seeds.
struct division {
    double mean_jain = 0, worst_jain = 1;
    double mean_share = 0, worst_share = 1e9;  // of the last flow; of any
    std::uint64_t losses = 0;
};

division of_races(const std::vector<sim::entrant>& who, const sim::race_settings& like) {
    division out;
    std::size_t flows = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        sim::race_settings s = like;
        s.looks = 1;
        s.seed = seed;
        const auto r = sim::race(who, s);
        REQUIRE(r.failure == error::none);
        flows = r.flows.size();
        const auto n = static_cast<double>(flows);
        out.mean_jain += r.jain / seeds;
        out.worst_jain = std::min(out.worst_jain, r.jain);
        for (const auto& each : r.flows) out.worst_share = std::min(out.worst_share, each.share * n);
        out.mean_share += r.flows.back().share * n / seeds;
        out.losses += r.losses;
    }
    MESSAGE(flows, " flows, ", who.front().policy, " to ", who.back().policy, ": Jain's index ", out.mean_jain,
            ", at worst ", out.worst_jain, "; the least share ", out.worst_share, ", the last flow's ", out.mean_share,
            " of what is fair; ", out.losses, " losses in ", seeds, " races");
    CHECK(out.losses >= 10 * seeds);
    return out;
}

/// The second minute of two.
division of_equals(const std::vector<sim::entrant>& who) {
    return of_races(who, {.rate = rate, .rtt = 40ms, .time = 120s, .measure_from = 60s});
}
/// The last third of the half minute that the newcomer has.
division of_newcomer(const std::vector<sim::entrant>& who) {
    return of_races(who, {.rate = rate, .rtt = 40ms, .time = 60s, .measure_from = 50s});
}

constexpr sim::entry late{.start = 30s};

}  // namespace

TEST_CASE_TEMPLATE("two and ten equal flows: Jain's index of 0.95, and nobody below half of a fair share", Congestion,
                   reno, cubic) {
    for (const unsigned flows : {2u, 10u}) {
        const division v = of_equals({flows_of<Congestion>({.flows = flows})});
        CHECK(v.worst_jain >= least_jain);
        CHECK(v.worst_share >= least_share);
    }
}

TEST_CASE_TEMPLATE("a flow that joins at 30 s has 70 % of its share within 30 s", Congestion, reno, cubic) {
    const division v = of_newcomer({flows_of<Congestion>(), flows_of<Congestion>(late)});
    CHECK(v.worst_share >= least_of_newcomer);
}

TEST_CASE_TEMPLATE("control: where one does not give way, neither holds", Congestion, reno, cubic) {
    for (const unsigned others : {1u, 9u}) {
        const division v = of_equals({never_yields(), flows_of<Congestion>({.flows = others})});
        CHECK(v.mean_jain < least_jain);
        CHECK(v.worst_share < least_share);
    }
    const division v = of_newcomer({never_yields(), flows_of<Congestion>(late)});
    CHECK(v.mean_share < least_of_newcomer);
}

// Of 20 ms and of so many times as much, the queue not counted.
TEST_CASE_TEMPLATE("what the nearer of two flows has more than the farther: printed, not judged", Congestion, reno,
                   cubic) {
    constexpr duration near = 20ms;
    for (const int farther : {1, 2, 4, 8}) {
        const auto r = sim::race({flows_of<Congestion>(), flows_of<Congestion>({.delay = near / 2 * (farther - 1)})},
                                 {.rate = rate, .rtt = near, .time = 120s, .measure_from = 60s, .looks = 1000});
        MESSAGE(std::string(Congestion::name), ", ", farther, " times as far: round trips ", r.flows[0].rtt_ms, " and ",
                r.flows[1].rtt_ms, " ms, ", r.flows[1].rtt_ms / r.flows[0].rtt_ms, " to 1; goodputs ",
                r.flows[0].goodput_bps / 1e6, " and ", r.flows[1].goodput_bps / 1e6, " Mbit/s, ",
                r.flows[0].goodput_bps / r.flows[1].goodput_bps, " to 1; Jain's index ", r.jain, ", ", r.losses,
                " losses");
        CHECK(r.failure == error::none);
    }
}
