// SPDX-License-Identifier: MIT
// policy/congestion/hystart.hpp: RFC 9406, its thresholds and its two ways out of conservative slow start.
#include <doctest/doctest.h>

#include <sluice/policy/congestion/hystart.hpp>

namespace {

using namespace sluice;

/// A round of so many samples, all the same. True if slow start is over with it.
bool round(hystart& h, duration rtt, int samples = 8) {
    bool over = false;
    for (int i = 0; i < samples; ++i) over = h.is_over({.rtt = rtt, .round_start = i == 0}) || over;
    return over;
}

/// A round of `before`, then one of `then`.
bool enters(duration before, duration then, int samples = 8) {
    hystart h;
    round(h, before);
    round(h, then, samples);
    return h.in_css_;
}

}  // namespace

TEST_CASE("a round trip that is longer by an eighth, 4 ms at least and 16 at most, is a queue (section 4.2)") {
    struct row {
        duration last, threshold;
    };
    for (const row& each : {row{8ms, 4ms}, {10ms, 4ms}, {32ms, 4ms}, {40ms, 5ms}, {64ms, 8ms}, {100ms, 12500us},
                            {128ms, 16ms}, {300ms, 16ms}}) {
        CHECK(enters(each.last, each.last + each.threshold));
        CHECK_FALSE(enters(each.last, each.last + each.threshold - 1us));
    }
}

TEST_CASE("fewer than eight samples in a round say nothing") {
    CHECK_FALSE(enters(40ms, 80ms, 7));
    CHECK(enters(40ms, 80ms, 8));
}

TEST_CASE("slow start counts up to L segments an ACK, conservative slow start a quarter of that") {
    hystart h;
    CHECK(h.growth(3000, 1000) == 3000);
    CHECK(h.growth(9000, 1000) == 8000);
    h.in_css_ = true;
    CHECK(h.growth(3000, 1000) == 750);
    h.limit = 0;
    CHECK(h.growth(64000, 1000) == 16000);
}

TEST_CASE("five rounds of conservative slow start, the first one partial, and slow start is over") {
    hystart h;
    round(h, 40ms);
    CHECK_FALSE(round(h, 45ms));  // the first
    for (int i = 2; i <= 5; ++i) CHECK_FALSE(round(h, 50ms));
    CHECK(h.is_over({.rtt = 50ms, .round_start = true}));
    CHECK_FALSE(h.is_over({.rtt = 50ms, .round_start = true}));  // once
}

TEST_CASE("a round that is shorter again was no queue: slow start goes on") {
    hystart h;
    round(h, 40ms);
    round(h, 45ms);
    REQUIRE(h.in_css_);
    round(h, 44ms);
    CHECK_FALSE(h.in_css_);
    CHECK_FALSE(round(h, 44ms));
    CHECK_FALSE(h.in_css_);
    round(h, 50ms);  // 44 + 5.5
    CHECK(h.in_css_);
}

TEST_CASE("behind a loss it never looks again (section 4.3)") {
    hystart h;
    h.on_congestion();
    round(h, 40ms);
    round(h, 80ms);
    CHECK_FALSE(h.in_css_);
    CHECK(h.growth(64000, 1000) == 64000);
}
