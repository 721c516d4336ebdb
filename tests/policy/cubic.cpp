// SPDX-License-Identifier: MIT
// policy/congestion/cubic.hpp: RFC 9438, against its closed forms with C = 0.4 and beta = 0.7.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/congestion/cubic.hpp>

#include <cmath>

namespace {

using namespace sluice;

static_assert(congestion_policy<cubic>);

constexpr std::uint32_t mss = 1000;  // windows are in thousandths of a segment, then
constexpr instant start = instant(100s);

ack_report acked(std::uint32_t octets, instant now, duration srtt = 100ms) {
    return {.now = now, .newly_acked = octets, .srtt = srtt, .cwnd_limited = true};
}

/// Behind a loss at a window of this many segments, its stage of congestion avoidance not yet begun.
cubic reduced(std::uint32_t segments) {
    cubic cc;
    cc.on_start({.mss = mss});
    cc.at_.cwnd = segments * mss;
    cc.on_congestion({.flight = cc.at_.cwnd});
    return cc;
}
cubic begun(std::uint32_t segments) {
    cubic cc = reduced(segments);
    cc.on_ack(acked(0, start));
    return cc;
}
std::uint64_t ticks(double seconds) { return static_cast<std::uint64_t>(seconds * 4096); }

/// All that is in flight is acknowledged once a round trip, a segment at a time, for so long.
void run(cubic& cc, instant from, duration length, duration rtt) {
    for (instant now = from; now < from + length;) {
        const std::uint32_t segments = std::max(cc.window() / mss, 1u);
        for (std::uint32_t i = 0; i < segments; ++i) cc.on_ack(acked(mss, now + i * (rtt / segments), rtt));
        now += rtt;
    }
}

constexpr bool runs_in_the_compiler() {
    cubic cc;
    cc.on_start({.mss = 1000});
    cc.on_congestion({.flight = 10000});
    cc.on_ack({.now = instant(1s), .newly_acked = 1000, .srtt = 100ms, .cwnd_limited = true});
    return cc.window() > 7000 && cc.window() < 8000;
}
static_assert(runs_in_the_compiler());

}  // namespace

TEST_CASE("the cube root is the largest integer whose cube is not above") {
    for (const std::uint64_t root : {0ull, 1ull, 2ull, 3ull, 1000ull, 2097151ull, 2642245ull}) {
        CHECK(cube_root(root * root * root) == root);
        if (root > 0) CHECK(cube_root(root * root * root - 1) == root - 1);
    }
    CHECK(cube_root(~std::uint64_t{0}) == 2642245);
}

TEST_CASE("K is cbrt((W_max - cwnd) / C) (RFC 9438 section 4.2)") {
    struct row {
        std::uint32_t w_max;
        double k;
    };
    for (const row& each : {row{10, 1.9574}, {20, 2.4662}, {50, 3.3472}, {100, 4.2172}, {500, 7.2112}, {1000, 9.0856},
                            {5000, 15.5362}, {10000, 19.5743}, {100000, 42.1716}}) {
        const cubic cc = begun(each.w_max);
        CHECK(cc.at_.k / 4096.0 == doctest::Approx(each.k).epsilon(0.0005));
    }
}

TEST_CASE("fast convergence takes W_max to 0.85 of the window that was reached (section 4.7)") {
    cubic cc = begun(100);  // 70 now
    cc.on_congestion({.flight = cc.window()});
    CHECK(cc.at_.w_max == 59500);
    cc = begun(100);
    cc.fast_convergence = false;
    cc.on_congestion({.flight = cc.window()});
    CHECK(cc.at_.w_max == 70000);
    cc = begun(100);
    cc.at_.cwnd = 100 * mss;  // not below: no reason to give way
    cc.on_congestion({.flight = cc.window()});
    CHECK(cc.at_.w_max == 100000);
}

TEST_CASE("W(t) is the cube of the distance from K (section 4.2)") {
    struct row {
        double t, w;
    };
    const auto check = [](std::uint32_t w_max, std::initializer_list<row> rows) {
        const cubic cc = begun(w_max);
        for (const row& each : rows) {
            CAPTURE(each.t);
            CHECK(cc.w_cubic(ticks(each.t)) / 1000.0 == doctest::Approx(each.w).epsilon(0.0003));
        }
        CHECK(cc.w_cubic(cc.at_.k) == w_max * mss);
        CHECK(cc.w_cubic(2 * cc.at_.k) / 1000.0 == doctest::Approx(1.3 * w_max).epsilon(0.0003));
    };
    check(100, {{0, 70}, {0.1, 72.084}, {0.5, 79.456}, {1, 86.681}, {2, 95.640}, {3, 99.279}, {4, 99.996}, {5, 100.192},
                {6, 102.267}, {8, 121.653}, {10, 177.354}});
    check(1000, {{0, 700}, {0.5, 746.853}, {1, 788.555}, {2, 857.705}, {3, 909.849}, {4, 947.388}, {6, 988.249},
                 {8, 999.488}, {10, 1000.306}});
}

TEST_CASE("the first ACK behind a loss moves the window towards W(RTT), by its share of a round trip (section 4.4)") {
    cubic cc = reduced(100);
    cc.on_ack(acked(mss, start));
    CHECK(cc.window() - 70000 == doctest::Approx(29.77).epsilon(0.04));  // (72.084 − 70) / 70 segments, in whole octets
}

TEST_CASE("an ACK for several segments counts as several: each goes its share of the way that is left") {
    for (const std::uint32_t segments : {1u, 2u, 10u, 70u}) {
        CAPTURE(segments);
        cubic cc = begun(100);
        for (std::uint32_t i = 0; i < 70 / segments; ++i) cc.on_ack(acked(segments * mss, start + 1s));
        const double way = 1000 * (100 - 0.4 * std::pow(4.2172 - 1.1, 3)) - 70000;  // to W(1 s + RTT)
        const double left = std::pow(1 - segments / 70.0, 70.0 / segments);
        CHECK(cc.window() - 70000 == doctest::Approx(way * (1 - left)).epsilon(0.06));  // the window grows meanwhile
    }
}

TEST_CASE("where Reno would be faster the window is Reno's (section 4.3)") {
    cubic cc = reduced(20);  // RTT 10 ms: W_est passes W(t) for all of the first seconds
    run(cc, start, 1s, 10ms);
    // W_est grows by 9/17 of a segment a round trip until it reaches 20 segments: in 11.33 / that rounds; then by one.
    CHECK(cc.window() / 1000.0 == doctest::Approx(20 + (100 - 6 * 17.0 / 9)).epsilon(0.05));
}

TEST_CASE("with a long round trip the window follows the curve") {
    cubic cc = reduced(1000);
    run(cc, start, 10s, 100ms);
    CHECK(cc.window() / 1000.0 == doctest::Approx(1000.3).epsilon(0.002));  // W(10) = 1000.306, K = 9.09 s
}

TEST_CASE("time in which the window is not used does not count (the MUST of section 4.2)") {
    cubic busy = reduced(1000), idle = reduced(1000);
    run(busy, start, 3s, 100ms);
    run(idle, start, 1s, 100ms);
    const std::uint32_t before = idle.window();
    for (int i = 0; i <= 100; ++i)  // ten seconds in which little is sent
        idle.on_ack({.now = start + 1s + i * 100ms, .newly_acked = mss, .srtt = 100ms, .cwnd_limited = false});
    CHECK(idle.window() == before);
    run(idle, start + 11s, 2s, 100ms);
    CHECK(idle.window() == doctest::Approx(busy.window()).epsilon(0.005));
}

TEST_CASE("behind a pause a stage begins anew: an hour of silence lets the window grow no faster") {
    cubic cc = reduced(20);
    run(cc, start, 1s, 100ms);
    cc.on_idle({.now = start + 1h, .idle = 1h});
    CHECK(cc.window() == 10 * mss);
    cc.at_.ssthresh = cc.window();
    cc.on_ack(acked(10 * mss, start + 1h));
    CHECK(cc.window() < 11 * mss);  // with t = an hour it would be half as much again
}

TEST_CASE("a timeout leaves a segment; behind slow start W(t) begins at K = 0 (section 4.8)") {
    cubic cc = begun(100);
    cc.on_rto({.flight = 70 * mss, .first = true});
    CHECK(cc.window() == mss);
    CHECK(cc.ssthresh() == 49 * mss);
    cc.on_rto({.flight = 70 * mss, .first = false});  // RFC 5681: the second one for the same octet leaves it
    CHECK(cc.ssthresh() == 49 * mss);
    for (int i = 0; i < 48; ++i) cc.on_ack(acked(mss, start));
    CHECK(cc.window() == 49 * mss);
    cc.on_ack(acked(0, start));
    CHECK(cc.at_.k == 0);
    CHECK(cc.w_cubic(ticks(5)) / 1000.0 == doctest::Approx(49 + 0.4 * 125).epsilon(0.0003));
}

TEST_CASE("a reduction is to 0.7 of what is in flight, and never below two segments (section 4.6)") {
    cubic cc = reduced(100);
    CHECK(cc.window() == 70 * mss);
    CHECK(cc.ssthresh() == 70 * mss);
    cc.on_congestion({.flight = 2 * mss});
    CHECK(cc.window() == 2 * mss);
}

TEST_CASE("marks leave 0.85 of what is in flight (RFC 8511), down to one segment, and begin a stage as a loss does") {
    cubic cc = begun(100);
    cc.at_.cwnd = 100 * mss;
    cc.at_.w_max = 100 * mss;
    cc.on_ecn({.flight = 100 * mss});
    CHECK(cc.window() == 85 * mss);
    CHECK(cc.ssthresh() == 85 * mss);
    CHECK(cc.at_.w_max == 100 * mss);
    CHECK_FALSE(cc.at_.in_stage);
    CHECK(cc.slow_start.over_);
    cc.on_ecn({.flight = 80 * mss});
    CHECK(cc.at_.w_max == 85 * mss * 17 / 20);  // fast convergence
    cc.on_ecn({.flight = mss});
    CHECK(cc.window() == mss);
    CHECK(cc.ssthresh() == 2 * mss);
}

TEST_CASE("no window, time or round trip overflows") {
    cubic cc;
    cc.on_start({.mss = 65535});
    cc.at_.cwnd = largest_window;
    cc.on_congestion({.flight = largest_window});
    for (const duration at : {duration(0s), duration(1s), duration(1h), duration(24h * 365), duration(24h * 36500)}) {
        const std::uint32_t before = cc.window();
        cc.on_ack(acked(largest_window, start + at, 1h));
        CHECK(cc.window() >= before);
        CHECK(cc.window() <= largest_window);
    }
    CHECK(cc.window() == largest_window);
    cc = {};
    cc.on_start({.mss = 1});
    cc.at_.cwnd = largest_window;
    cc.on_congestion({.flight = largest_window});
    cc.on_ack(acked(1, start, 0ns));
    CHECK(cc.window() <= largest_window);
}

TEST_CASE("a reduction for nothing is taken back: the curve goes on as if it had not been (section 4.9.2)") {
    cubic undone = begun(100), untouched = undone;
    undone.on_congestion({.flight = undone.window()});
    CHECK(undone.window() < untouched.window());
    undone.on_undo({.flight = untouched.window(), .newly_acked = mss});
    CHECK(undone.window() == untouched.window());
    for (const duration at : {duration(1s), duration(3s), duration(6s)}) {
        undone.on_ack(acked(mss, start + at));
        untouched.on_ack(acked(mss, start + at));
        CHECK(undone.window() == untouched.window());
    }
    undone.on_rto({.flight = undone.window()});
    undone.on_undo({.flight = 20 * mss, .newly_acked = mss, .timeout = true});
    CHECK(undone.window() == 21 * mss);
    CHECK(undone.ssthresh() == untouched.window());
}

TEST_CASE("what comes to light when the window has grown beyond what it was changes neither it nor its curve (section "
          "4.9.2)") {
    cubic grown = begun(100);
    grown.on_congestion({.flight = grown.window()});
    for (instant at = start; grown.window() < 150 * mss; at += 100ms) grown.on_ack(acked(grown.window(), at));
    cubic told = grown;
    told.on_undo({.flight = 5 * mss, .newly_acked = mss});
    for (const duration at : {duration(1h), duration(1h + 1s), duration(1h + 3s)}) {
        CHECK(told.window() == grown.window());
        CHECK(told.ssthresh() == grown.ssthresh());
        told.on_ack(acked(mss, start + at));
        grown.on_ack(acked(mss, start + at));
    }
}
