// SPDX-License-Identifier: MIT
//
// A million segments, each hundredth of them late by half the shortest round trip: what RACK's reordering window and
// the undoing of reductions are for. The peer's window is what limits the flight, so nothing is ever lost.
#include <doctest/doctest.h>

#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/sim/scenario.hpp>

using namespace sluice;

namespace {

template <class... Policies>
using composed = tcp<cubic, phantom_buffers, Policies...>;

template <class Tcp>
sim::transfer_report transferred(double late, typename Tcp::settings settings = {},
                                 std::uint64_t segments = 1'000'000) {
    settings.buffers.receive = 768 * 1024;  // 1.5 times what the path holds
    const auto report = sim::transfer<Tcp, Tcp>({.rate = 100'000'000,
                                                 .delay = 20ms,
                                                 .queue = 3000,
                                                 .reordering = late,
                                                 .reordering_delay = 20ms,
                                                 .back = sim::link_settings{.rate = 100'000'000, .delay = 20ms},
                                                 .octets = segments * 1448,
                                                 .record = false,
                                                 .seed = 7},
                                                settings, settings);
    CHECK(report.failure == error::none);  // phantom octets can't be told from each other: they are counted
    CHECK(report.goodput * static_cast<double>(report.time.count()) / 8e9 ==
          doctest::Approx(static_cast<double>(segments * 1448)));
    MESSAGE("goodput ", report.goodput / 1e6, " Mbit/s, episodes ", report.recoveries, ", undone ",
            report.client.recoveries_undone, ", sent again ", report.retransmitted);
    return report;
}

template <class Tcp>
double share(const sim::transfer_report& r, typename Tcp::settings settings = {}, std::uint64_t segments = 1'000'000) {
    return r.goodput / transferred<Tcp>(0, settings, segments).goodput;
}

}  // namespace

TEST_CASE_TEMPLATE("1 % of a million segments late by half a round trip: 95 % of the goodput, every reduction undone",
                   Tcp, composed<rack_tlp>, composed<rack_tlp, no_timestamps>) {
    const auto r = transferred<Tcp>(0.01);
    CHECK(share<Tcp>(r) >= 0.95);
    CHECK(r.recoveries >= 3);  // each widens RACK's window by a quarter of the shortest round trip: 20 ms are two
    CHECK(r.client.recoveries_undone == r.recoveries);
    CHECK(r.timeouts == 0);
}

TEST_CASE("control: without undoing, what is reduced for nothing stays so; without RACK, each late segment is lost") {
    using rack = composed<rack_tlp>;
    const rack::settings keeps{.recovery = {.doubts = {.by_timestamps = false, .by_duplicates = false}}};
    const auto kept = transferred<rack>(0.01, keeps, 100'000);
    CHECK(kept.client.recoveries_undone == 0);
    CHECK(share<rack>(kept, keeps, 100'000) < 0.9);
    const auto counted = transferred<composed<sack_recovery>>(0.01, {}, 30'000);
    CHECK(share<composed<sack_recovery>>(counted, {}, 30'000) < 0.1);
}
