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
