// SPDX-License-Identifier: MIT
// policy/congestion/reno.hpp: RFC 5681 by octets (RFC 3465), against closed forms.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/congestion/reno.hpp>

#include <array>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

static_assert(congestion_policy<reno>);

constexpr std::uint32_t mss = 1460;

reno started(std::uint32_t segment_size = mss) {
    reno cc;
    cc.on_start({.mss = segment_size});
    return cc;
}

ack_report acked(std::uint32_t octets) { return {.newly_acked = octets, .cwnd_limited = true}; }

/// In congestion avoidance, at a window of this many segments.
reno avoiding(std::uint32_t segments) {
    reno cc = started();
    cc.on_congestion({.flight = 2 * segments * mss});
    return cc;
}

/// One round trip: all that was in flight is acknowledged, `at_once` octets by each ACK.
void round_trip(reno& cc, std::uint32_t at_once = mss) {
    for (std::uint32_t left = cc.window(); left > 0;) {
        const std::uint32_t octets = std::min(left, at_once);
        cc.on_ack(acked(octets));
        left -= octets;
    }
}

// MSS, then the initial windows of RFC 3390 and RFC 6928 by their formulas.
// clang-format off
constexpr std::array<std::array<std::uint32_t, 3>, 9> initial_windows{{
    { 536, 2144,  5360}, {1095, 4380, 10950}, {1220, 4380, 12200}, {1440, 4380, 14400}, {1460, 4380, 14600},
    {2190, 4380, 14600}, {4380, 8760, 14600}, {8960, 17920, 17920}, {9000, 18000, 18000}}};
// clang-format on

constexpr bool runs_in_the_compiler() {
    reno cc;
    cc.on_start({.mss = 1000});
    cc.on_ack({.newly_acked = 1000, .cwnd_limited = true});
    return cc.window() == 11000;
}
static_assert(runs_in_the_compiler());

}  // namespace

TEST_CASE("the initial window is RFC 6928's for every segment size, and RFC 3390's can be had") {
    for (const auto& [segment, rfc3390, rfc6928] : initial_windows) {
        CHECK(initial_window_octets(10, segment) == rfc6928);
        CHECK(initial_window_octets(4, segment, 4380) == rfc3390);
        CHECK(started(segment).window() == rfc6928);
    }
}

TEST_CASE("the initial window is a setting, and one segment after more than one lost SYN") {
    reno cc;
    cc.initial_window = 4;
    cc.on_start({.mss = mss});
    CHECK(cc.window() == 4 * mss);
    for (const auto& [retries, window] : {std::pair{0u, 10 * mss}, {1u, 10 * mss}, {2u, mss}, {5u, mss}}) {
        reno fresh;
        fresh.on_start({.mss = mss, .syn_retries = retries});
        CHECK(fresh.window() == window);
    }
}

TEST_CASE("slow start doubles the window each round trip, however the ACKs are coalesced") {
    // Octets delivered by the end of round trip n from ten segments on: 14600 (2^n - 1).
    constexpr std::array<std::uint32_t, 8> delivered{14600, 43800, 102200, 219000, 452600, 919800, 1854200, 3723000};
    for (const std::uint32_t at_once : {1u, 536u, mss, 2 * mss, 45 * mss, ~0u}) {
        reno cc = started();
        std::uint32_t sum = 0;
        for (const std::uint32_t so_far : delivered) {
            sum += cc.window();
            CHECK(sum == so_far);
            round_trip(cc, at_once);
        }
    }
}

TEST_CASE("slow start with a limit grows by at most L segments an ACK") {
    reno cc = started();
    cc.slow_start_limit = 2;
    cc.on_ack(acked(8 * mss));
    CHECK(cc.window() == 12 * mss);
    cc.on_ack(acked(mss));
    CHECK(cc.window() == 13 * mss);
}

TEST_CASE("congestion avoidance adds one segment for each window acknowledged, however the ACKs are coalesced") {
    for (const std::uint32_t at_once : {1u, 500u, mss, 2 * mss, 7 * mss, ~0u}) {
        reno cc = avoiding(10);
        for (std::uint32_t round = 0; round < 20; ++round) {
            CHECK(cc.window() == (10 + round) * mss);
            round_trip(cc, at_once);
        }
    }
}

TEST_CASE("any way to cut the same octets into ACKs leads to the same window") {
    seeded_random numbers(7);
    for (int world = 0; world < 50; ++world) {
        reno one = avoiding(10), other = avoiding(10);
        one.ssthresh_ = other.ssthresh_ = 20 * mss;  // through slow start into congestion avoidance
        std::uint32_t left = 300 * mss;
        for (std::uint32_t i = 0; i < left; i += 10) one.on_ack(acked(10));
        while (left > 0) {
            const auto octets = std::min(left, 10 * (1 + static_cast<std::uint32_t>(numbers.below(mss))));
            other.on_ack(acked(octets));
            left -= octets;
        }
        CHECK(one.window() == other.window());
    }
}

TEST_CASE("slow start ends exactly at ssthresh, and the rest of that ACK counts for congestion avoidance") {
    reno cc = started();
    cc.ssthresh_ = 12 * mss;
    cc.on_ack(acked(5 * mss));  // two to reach ssthresh, three of the twelve
    CHECK(cc.window() == 12 * mss);
    cc.on_ack(acked(9 * mss - 1));
    CHECK(cc.window() == 12 * mss);
    cc.on_ack(acked(1));
    CHECK(cc.window() == 13 * mss);
}

TEST_CASE("the window grows to 2^30 and no further, in slow start and in congestion avoidance") {
    reno slow = started();
    for (int i = 0; i < 40; ++i) round_trip(slow, ~0u);
    CHECK(slow.window() == 1u << 30);
    reno avoid = started();
    avoid.on_congestion({.flight = 1u << 31});
    for (int i = 0; i < 5; ++i) round_trip(avoid, ~0u);
    CHECK(avoid.window() == 1u << 30);
}

TEST_CASE("nothing grows during recovery, or while the window was not the limit") {
    reno cc = started();
    ack_report r = acked(mss);
    r.in_recovery = true;
    cc.on_ack(r);
    r.in_recovery = r.cwnd_limited = false;
    cc.on_ack(r);
    CHECK(cc.window() == 10 * mss);
    CHECK(cc.counted_ == 0);
}

TEST_CASE("loss sets ssthresh and window to half of the flight, and to two segments at least") {
    // RFC 5681 equation 4: FlightSize, not cwnd.
    for (const auto& [flight, half] : {std::pair{20 * mss, 10 * mss},
                                       {15 * mss, 15 * mss / 2},
                                       {4 * mss, 2 * mss},
                                       {3 * mss, 2 * mss},
                                       {0u, 2 * mss}}) {
        reno cc = started();
        cc.on_congestion({.flight = flight});
        CHECK(cc.window() == half);
        CHECK(cc.ssthresh() == half);
    }
}

TEST_CASE("marks leave four fifths of the flight (RFC 8511), one segment at least, and ssthresh two") {
    reno cc = avoiding(50);
    cc.on_ecn({.flight = 100 * mss});
    CHECK(cc.ssthresh() == 80 * mss);
    CHECK(cc.window() == 80 * mss);
    cc.on_ecn({.flight = mss});
    CHECK(cc.ssthresh() == 2 * mss);
    CHECK(cc.window() == mss);
    cc.beta_ecn = 50;  // RFC 3168's own
    cc.on_ecn({.flight = largest_window});
    CHECK(cc.window() == largest_window / 2);
}

TEST_CASE("a timeout halves once and leaves one segment; the same octet's next timeout only leaves one segment") {
    reno cc = started();
    cc.on_rto({.flight = 10 * mss, .first = true});
    CHECK(cc.window() == mss);
    CHECK(cc.ssthresh() == 5 * mss);
    cc.on_rto({.flight = mss, .first = false});
    CHECK(cc.window() == mss);
    CHECK(cc.ssthresh() == 5 * mss);
    round_trip(cc);
    CHECK(cc.window() == 2 * mss);
    round_trip(cc);
    CHECK(cc.window() == 4 * mss);
    round_trip(cc);  // one to ssthresh; three of five for the next
    CHECK(cc.window() == 5 * mss);
}

TEST_CASE("after a timeout one ACK grows the window by a segment at most") {
    reno cc = started();
    cc.on_rto({.flight = 20 * mss});
    ack_report r = acked(9 * mss);
    r.after_timeout = true;
    cc.on_ack(r);
    CHECK(cc.window() == 2 * mss);
}

TEST_CASE("what was counted towards the next segment is forgotten with a reduction") {
    reno cc = avoiding(10);
    cc.on_ack(acked(10 * mss - 1));
    cc.on_congestion({.flight = 20 * mss});
    cc.on_ack(acked(1));
    CHECK(cc.window() == 10 * mss);
    cc.on_ack(acked(10 * mss - 2));
    cc.on_rto({.flight = 20 * mss});
    cc.ssthresh_ = mss;
    cc.on_ack(acked(1));
    CHECK(cc.window() == mss);
}

TEST_CASE("after idleness without validation the window is the initial one, or less if it was less") {
    reno cc = started();
    cc.validation.enabled = false;
    round_trip(cc);
    cc.on_idle({});
    CHECK(cc.window() == 10 * mss);
    CHECK(cc.ssthresh() == 1u << 30);
    cc.on_rto({.flight = 10 * mss});
    cc.on_idle({});
    CHECK(cc.window() == mss);
}

TEST_CASE("RFC 4015: a reduction for nothing is taken back, by slow start from what is in flight") {
    reno cc = started();
    cc.cwnd_ = 20 * mss;
    cc.ssthresh_ = 15 * mss;
    cc.on_congestion({.flight = 20 * mss});
    cc.on_undo({.flight = 12 * mss, .newly_acked = mss});
    CHECK(cc.window() == 13 * mss);
    CHECK(cc.ssthresh() == 20 * mss);  // pipe_prev
    cc.on_rto({.flight = 13 * mss});
    cc.on_rto({.flight = 13 * mss, .first = false});
    cc.on_undo({.flight = 12 * mss, .newly_acked = 100 * mss, .timeout = true});
    CHECK(cc.window() == 13 * mss);  // no more than it was; 22 without that, 112 without the initial window's bound
    CHECK(cc.ssthresh() == 20 * mss);
    reno early = started();
    early.on_rto({.flight = 10 * mss});
    early.on_undo({.flight = 9 * mss, .newly_acked = mss, .timeout = true});
    CHECK(early.window() == 10 * mss);
    CHECK(early.ssthresh() == largest_window);
}

TEST_CASE("what comes to light late takes nothing away: a window that has grown beyond what it was stays") {
    reno cc = started();
    cc.cwnd_ = 20 * mss;
    cc.on_congestion({.flight = 20 * mss});
    cc.cwnd_ = 30 * mss;
    cc.on_undo({.flight = 5 * mss, .newly_acked = mss});
    CHECK(cc.window() == 30 * mss);
    CHECK(cc.ssthresh() == largest_window);
}
