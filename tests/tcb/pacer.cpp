// SPDX-License-Identifier: MIT
// tcb/pacer.hpp: when the next packet may leave.
#include <doctest/doctest.h>

#include <sluice/tcb/pacer.hpp>

using namespace sluice;

TEST_CASE("at a million octets a second a thousand of them put the next off by a millisecond") {
    pacer p;
    const instant start{10s};
    p.sent(1000, 1'000'000, start);  // what was not sent before is made up for: a millisecond's worth
    CHECK_FALSE(p.holds(1'000'000, start));
    p.sent(1000, 1'000'000, start);
    CHECK(p.holds(1'000'000, start));
    CHECK(p.waits_until() == start + 1ms);
    CHECK(p.holds(1'000'000, start + 1ms - 1ns));
    CHECK_FALSE(p.holds(1'000'000, start + 1ms));
    CHECK(p.waits_until() == never);
}

TEST_CASE("who comes late makes up for a millisecond and no more") {
    pacer p;
    const instant start{10s};
    for (int i = 0; i < 3; ++i) p.sent(1000, 1'000'000, start);
    std::uint32_t burst = 0;
    for (const instant late = start + 1s; !p.holds(1'000'000, late); ++burst) p.sent(1000, 1'000'000, late);
    CHECK(burst == 2);  // a millisecond's worth, and what may leave now
}

TEST_CASE("no rate, no pacing; and so much as is allowed at once leaves at once") {
    pacer p;
    const instant start{10s};
    p.sent(1'000'000, 0, start);
    CHECK_FALSE(p.holds(0, start));
    p.allow(2500);
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(p.holds(1'000'000, start));
        p.sent(1000, 1'000'000, start);
    }
    CHECK_FALSE(p.holds(1'000'000, start));  // 500 octets of a millisecond's worth of 1000 are used
    p.sent(1000, 1'000'000, start);
    CHECK(p.holds(1'000'000, start));
    CHECK(p.waits_until() == start + 500us);
    CHECK_FALSE(p.holds(0, start));  // the rate is given up
    CHECK(p.waits_until() == never);
}

TEST_CASE("a super-segment is what leaves in a millisecond, and two segments at least") {
    CHECK(pacer::quantum(125'000'000, 1460) == 125'000);
    CHECK(pacer::quantum(1000, 1460) == 2920);
    CHECK(octets_per_second(100'000, 100ms, 100) == 1'000'000);
    CHECK(octets_per_second(100'000, 100ms, 120) == 1'200'000);
    CHECK(octets_per_second(1u << 30, 1us, 200) == (std::uint64_t{1} << 31) * 1'000'000);
    CHECK(octets_per_second(100'000, 0ms, 100) == 0);
}

TEST_CASE("the time that waits is over when it is over") {
    pacer p;
    const instant start{10s};
    p.sent(3000, 1'000'000, start);
    REQUIRE(p.holds(1'000'000, start));
    p.wake(start + 1ms);
    CHECK(p.waits_until() == start + 2ms);
    p.wake(start + 2ms);
    CHECK(p.waits_until() == never);
}
