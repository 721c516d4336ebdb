// SPDX-License-Identifier: MIT
// What a scenario says of queues and capacities is what happens to its packets.
#include <doctest/doctest.h>

#include "audited.hpp"
#include "support/compositions.hpp"

using namespace sluice;

// A window of 64 KiB over a path that holds 12.5 kB leaves 53 kB waiting, 85 ms at 5 Mbit/s, where nobody drops any.
TEST_CASE("a scenario has a queue discipline: CoDel keeps short what drop tail lets stand") {
    sim::scenario s{.rate = 5'000'000, .delay = 10ms, .queue = 1000, .octets = 4'000'000};
    const auto standing = audited::transfer<default_tcp>(s);
    s.discipline = sim::codel_settings{};
    const auto controlled = audited::transfer<default_tcp>(s);
    CHECK(standing.complete);
    CHECK(controlled.complete);
    CHECK(standing.client.ecn_reductions == 0);
    CHECK(controlled.client.ecn_reductions > 0);  // it marks what would be dropped
    CHECK(standing.mean_queueing > 75ms);
    CHECK(controlled.mean_queueing < 25ms);
    CHECK(controlled.goodput > 0.85 * standing.goodput);
}

// One opportunity a millisecond is 12 Mbit/s; a second without any, and the next five at once.
TEST_CASE("a scenario has a capacity trace, for the way from client to server") {
    sim::scenario s{.delay = 10ms, .octets = 4'000'000};
    for (std::uint64_t ms = 1; ms <= 500; ++ms) s.trace.opportunities_ms.push_back(ms);
    const auto steady = audited::transfer<default_tcp>(s);
    CHECK(steady.complete);
    CHECK(steady.goodput < 12e6);
    CHECK(steady.goodput > 0.9 * 12e6);
    s.trace.opportunities_ms.push_back(1500);  // the second half of each period and more is silence
    const auto broken = audited::transfer<default_tcp>(s);
    CHECK(broken.complete);
    CHECK(broken.goodput < 501.0 / 1500 * 12e6 * 1.2);  // ended in the best half of a period
    CHECK(broken.timeouts > 0);
}
