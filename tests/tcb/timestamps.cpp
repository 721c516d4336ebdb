// SPDX-License-Identifier: MIT
// tcb/timestamps.hpp: the clock, what is echoed, and which values are too old (RFC 7323 sections 4 and 5).
#include <doctest/doctest.h>

#include <sluice/tcb/timestamps.hpp>

namespace {

using namespace sluice;

constexpr instant at(std::int64_t ms) { return instant(std::chrono::milliseconds(ms)); }

constexpr timestamps started(std::uint32_t offset = 0, instant now = at(0)) {
    timestamps t;
    t.start(offset, now);
    return t;
}

static_assert(started(7).value(at(1000)) == 1007);
static_assert(started(0xffffffffu).value(at(3)) == 2);  // it wraps

}  // namespace

TEST_CASE("TS.Recent is taken from what begins at or before the last ACK that left, and never goes back") {
    timestamps t = started();
    t.take(100, seq(1), at(0));
    t.ack_sent(seq(50));
    t.take(110, seq(51), at(1));  // behind a gap
    CHECK(t.recent() == 100);
    t.take(105, seq(50), at(2));
    CHECK(t.recent() == 105);
    t.take(104, seq(10), at(3));
    CHECK(t.recent() == 105);
    t.take(105, seq(10), at(4));
    CHECK(t.recent() == 105);
}

TEST_CASE("a value is old when it lies in the half of the circle before TS.Recent, for 24 days") {
    timestamps t = started();
    CHECK_FALSE(t.is_old(0, at(0)));  // nothing has been heard
    t.take(5, seq(0), at(0));
    CHECK(t.is_old(4, at(1)));
    CHECK_FALSE(t.is_old(5, at(1)));
    CHECK(t.is_old(0xfffffff0u, at(1)));
    CHECK(t.is_old(5 - 0x7fffffffu, at(1)));
    CHECK_FALSE(t.is_old(5 + 0x7fffffffu, at(1)));
    const instant day_24 = at(0) + 24 * 24h;
    CHECK(t.is_old(4, day_24 - 1ns));
    CHECK_FALSE(t.is_old(4, day_24));
    t.take(4, seq(0), day_24);  // and then it is taken
    CHECK(t.recent() == 4);
}

TEST_CASE("an echo tells the round trip to the tick, across the wrap too, and nothing if it was never sent") {
    const timestamps t = started(0xfffffff0u, at(0));
    CHECK(t.round_trip(t.value(at(10)), at(35)) == 25ms);
    CHECK(t.round_trip(t.value(at(10)), at(10)) == 0ms);
    CHECK_FALSE(t.round_trip(t.value(at(36)), at(35)));
    CHECK_FALSE(t.round_trip(0xfffffff0u - 1, at(35)));
}
