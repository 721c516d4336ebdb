// SPDX-License-Identifier: MIT
// policy/rtt/rfc6298.hpp against series that were computed by the RFC's formulas elsewhere, to four digits.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/rtt/rfc6298.hpp>

#include <vector>

namespace {

using namespace sluice;

static_assert(rtt_policy<rfc6298>);

using milliseconds = std::chrono::duration<double, std::milli>;

struct expectation {
    double sample, srtt, rttvar, rto;
};

// clang-format off
const std::vector<std::vector<expectation>> series{
    // constant; the sixth and seventh by RTTVAR_n = 50 * 0.75^(n-1)
    {{100, 100, 50,      300},      {100, 100, 37.5,    250},      {100, 100, 28.125, 212.5},
     {100, 100, 21.0938, 184.375},  {100, 100, 15.8203, 163.2813}, {100, 100, 11.8652, 147.4609},
     {100, 100, 8.8989,  135.5957}, {100, 100, 6.6742,  126.6968}},
    // step
    {{100, 100,      50,       300},      {100, 100,      37.5,     250},
     {300, 125,      78.125,   437.5},    {300, 146.875,  102.3438, 556.25},
     {300, 166.0156, 115.0391, 626.1719}, {300, 182.7637, 119.7754, 661.8652}},
    // mixed
    {{100, 100, 50, 300}, {120, 102.5, 42.5, 272.5}, {80, 99.6875, 37.5, 249.6875},
     {150, 105.9766, 40.7031, 268.7891}, {100, 105.2295, 32.0215, 233.3154}},
    // long
    {{2000, 2000, 1000, 6000}, {2000, 2000, 750, 5000}, {1000, 1875, 812.5, 5125}},
    {{3000, 3000, 1500, 9000}, {1000, 2750, 1625, 9250}, {1000, 2531.25, 1656.25, 9156.25}},
};
// clang-format on

/// The fourth digit printed is 100 ns; our own rounding is a nanosecond or two for each sample.
bool same(duration got, double expected) { return std::abs(milliseconds(got).count() - expected) < 0.00008; }

duration of(double ms) { return std::chrono::duration_cast<duration>(milliseconds(ms)); }

}  // namespace

TEST_CASE("SRTT, RTTVAR and RTO follow RFC 6298 through every series, with and without the floor of a second") {
    for (const auto& samples : series) {
        rfc6298 raw{.floor = 0ms}, floored{.floor = 1s};
        for (const expectation& e : samples) {
            CAPTURE(e.sample);
            CAPTURE(e.srtt);
            raw.on_sample(of(e.sample));
            floored.on_sample(of(e.sample));
            CHECK(same(*raw.srtt(), e.srtt));
            CHECK(same(raw.smoothed_.rttvar, e.rttvar));
            CHECK(same(raw.rto(), e.rto));
            CHECK(same(floored.rto(), std::max(e.rto, 1000.0)));
        }
    }
}

TEST_CASE("series whose numbers are whole nanoseconds are exact to the nanosecond") {
    rfc6298 e{.floor = 0ms};
    e.on_sample(100ms);
    e.on_sample(100ms);
    e.on_sample(300ms);
    CHECK(e.srtt() == 125ms);
    CHECK(e.smoothed_.rttvar == 78125us);
    CHECK(e.rto() == 437500us);
    e.on_sample(300ms);
    CHECK(e.srtt() == 146875us);
    CHECK(e.smoothed_.rttvar == 102343750ns);
    CHECK(e.rto() == 556250us);
}

TEST_CASE("the clock's granularity is what a steady round trip leaves of the variance, from sample 20 on") {
    rfc6298 e{.floor = 0ms};
    for (int n = 1; n <= 30; ++n) {
        e.on_sample(100ms);
        CHECK((e.rto() == 101ms) == (n >= 20));
    }
}

TEST_CASE("many samples a round trip weigh as much together as one would") {
    // RFC 7323 appendix G: of a flight of 20 segments 10 samples, so that beta is 0.025.
    rfc6298 many{.floor = 0ms}, one{.floor = 0ms};
    many.on_sample(100ms, 10);  // the first counts whole
    one.on_sample(100ms);
    for (int i = 0; i < 10; ++i) {
        many.on_sample(100ms, 10);
        one.on_sample(100ms);
    }
    CHECK(std::abs(milliseconds(many.smoothed_.rttvar).count() - 38.816) < 0.0005);
    CHECK(std::abs(milliseconds(one.smoothed_.rttvar).count() - 2.8157) < 0.0005);
    many.on_sample(180ms, 10);  // alpha 0.0125: SRTT by one of 80 ms
    CHECK(many.srtt() == 101ms);
}

TEST_CASE("before any sample the timeout is one second, and the floor is not applied to it") {
    CHECK(rfc6298{}.rto() == 1s);
    CHECK(rfc6298{.floor = 5s}.rto() == 1s);
    CHECK(rfc6298{.initial = 3s}.rto() == 3s);
    CHECK_FALSE(rfc6298{}.srtt().has_value());
}

TEST_CASE("the floor is 200 ms unless set") {
    rfc6298 e;
    e.on_sample(10ms);
    CHECK(e.rto() == 200ms);
}

TEST_CASE("each timeout doubles up to the cap, and a sample takes it all back") {
    rfc6298 e{.cap = 60s};
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
        CHECK(e.rto() == expected);
        e.on_timeout();
    }
    e.on_sample(300ms);
    CHECK(e.rto() == 900ms);
    e.on_timeout();
    CHECK(e.rto() == 1800ms);
}

TEST_CASE("the expiries of the default back-off add up to the RFC's times") {
    rfc6298 e;
    duration sum{};
    for (const auto expected : {1s, 3s, 7s, 15s, 31s, 63s, 127s, 247s, 367s}) {
        sum += e.rto();
        e.on_timeout();
        CHECK(sum == expected);
    }
}

TEST_CASE("the cap also bounds what samples make") {
    rfc6298 e;
    e.on_sample(50s);
    CHECK(e.rto() == 120s);
    e.on_timeout();
    CHECK(e.rto() == 120s);
}

TEST_CASE("a floor above the cap is the timeout, whatever the samples are") {
    rfc6298 e{.floor = 10s, .cap = 5s};
    for (const duration sample : {duration(1ms), duration(7s), duration(100s)}) {
        e.on_sample(sample);
        CHECK(e.rto() == 10s);
    }
}

TEST_CASE("after a lost SYN without a sample the transfer begins with three seconds") {
    rfc6298 e;
    e.on_timeout();
    e.on_established(true);
    CHECK(e.rto() == 3s);
    rfc6298 sampled;
    sampled.on_sample(100ms);
    sampled.on_established(true);
    CHECK(sampled.rto() == 300ms);
    rfc6298 untroubled;
    untroubled.on_established(false);
    CHECK(untroubled.rto() == 1s);
}

TEST_CASE(
    "RFC 4015: a timeout that was too early is not backed off from, and teaches the round trip it was too short for") {
    rfc6298 e;
    e.on_sample(100ms);  // RTTVAR 50 ms
    e.on_timeout();
    e.on_timeout();
    CHECK(e.rto() == 1200ms);
    rfc6298 unknown = e;
    unknown.on_undo({});
    CHECK(unknown.srtt() == 102ms);  // two granularities
    CHECK(unknown.rto() == 302ms);
    e.on_sample(900ms);
    e.on_undo(900ms);
    CHECK(e.srtt() == 900ms);
    CHECK(e.rttvar() == 450ms);
    CHECK(e.rto() == 2700ms);
    rfc6298 never_sampled;
    never_sampled.on_timeout();
    never_sampled.on_undo({});
    CHECK(never_sampled.rto() == 2s);
}
