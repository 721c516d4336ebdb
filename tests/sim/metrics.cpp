// SPDX-License-Identifier: MIT
// Mean and percentile, by hand-counted examples.
#include <doctest/doctest.h>

#include <sluice/sim/metrics.hpp>

using namespace sluice;

namespace {

sim::queueing_delay measured(std::initializer_list<int> milliseconds) {
    sim::queueing_delay meter(0);
    for (const int wait : milliseconds) {
        sim::packet p;
        p.queued = wait * 1ms;
        using enum sim::packet_event;
        meter.on_packet({.now = {}, .what = sent, .why = sim::drop_cause::none, .from = 0, .packet = p});
        meter.on_packet({.now = {}, .what = delivered, .why = sim::drop_cause::none, .from = 0, .packet = p});
        // Not the host's, not its own, and not delivered: none of these count.
        p.queued = 1s;
        meter.on_packet({.now = {}, .what = delivered, .why = sim::drop_cause::none, .from = 1, .packet = p});
        p.is_copy = true;
        meter.on_packet({.now = {}, .what = delivered, .why = sim::drop_cause::none, .from = 0, .packet = p});
        p.is_copy = false;
        meter.on_packet({.now = {}, .what = dropped, .why = sim::drop_cause::loss, .from = 0, .packet = p});
    }
    return meter;
}

}  // namespace

TEST_CASE("the mean of what one host's delivered packets waited, each counted once") {
    CHECK(measured({}).mean() == 0ms);
    CHECK(measured({1, 2, 6}).mean() == 3ms);
}

TEST_CASE("a percentile is the nearest rank") {
    CHECK(measured({}).percentile(95) == 0ms);
    CHECK(measured({7}).percentile(95) == 7ms);
    const auto twenty = measured({20, 1, 19, 2, 18, 3, 17, 4, 16, 5, 15, 6, 14, 7, 13, 8, 12, 9, 11, 10});
    CHECK(twenty.percentile(95) == 19ms);
    CHECK(twenty.percentile(50) == 10ms);
    CHECK(twenty.percentile(51) == 11ms);
    CHECK(twenty.percentile(100) == 20ms);
    CHECK(twenty.percentile(0) == 1ms);
}

TEST_CASE("packets are counted by what became of them, those of one end alone, and no copies") {
    sim::packet_counts counts(1);
    const auto tell = [&](sim::packet_event what, int times, sim::drop_cause why = {}, int from = 1) {
        sim::packet p;
        for (int i = 0; i < times; ++i)
            counts.on_packet({.now = {}, .what = what, .why = why, .from = from, .packet = p});
    };
    using enum sim::packet_event;
    tell(sent, 20);
    tell(sent, 7, sim::drop_cause::none, 0);
    tell(delivered, 12);
    tell(marked, 5);
    tell(dropped, 1, sim::drop_cause::queue_full);
    tell(dropped, 2, sim::drop_cause::aqm);
    tell(dropped, 3, sim::drop_cause::loss);
    tell(dropped, 2, sim::drop_cause::chosen);
    tell(dropped, 9, sim::drop_cause::aqm, 0);
    sim::packet copy;
    copy.is_copy = true;
    counts.on_packet({.now = {}, .what = delivered, .why = sim::drop_cause::none, .from = 1, .packet = copy});
    CHECK(counts.sent == 20);
    CHECK(counts.delivered == 12);
    CHECK(counts.marked == 5);
    CHECK(counts.dropped(sim::drop_cause::queue_full) == 1);
    CHECK(counts.dropped(sim::drop_cause::aqm) == 2);
    CHECK(counts.dropped(sim::drop_cause::loss) == 3);
    CHECK(counts.dropped(sim::drop_cause::chosen) == 2);
    CHECK(counts.dropped() == 8);
}
