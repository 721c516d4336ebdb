// SPDX-License-Identifier: MIT
// policy/congestion/westwood.hpp: a loss leaves what the path was seen to carry.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/congestion/westwood.hpp>

namespace {

using namespace sluice;

static_assert(congestion_policy<westwood>);

constexpr std::uint32_t mss = 1000;

/// So many octets a second arrive, an ACK every 10 ms, over round trips of 100 ms.
void carry(westwood& cc, instant from, duration length, std::uint32_t rate) {
    for (instant now = from; now <= from + length; now += 10ms)
        cc.on_ack({.now = now, .delivered = rate / 100, .rtt = 100ms, .srtt = 100ms});
}

westwood started(std::uint32_t window = 10 * mss) {
    westwood cc;
    cc.on_start({.mss = mss});
    cc.like_reno.cwnd_ = window;
    return cc;
}

}  // namespace

TEST_CASE("the first sample is the rate; then each of one round trip weighs an eighth") {
    westwood cc = started();
    carry(cc, instant(1s), 100ms, 1'000'000);
    CHECK(cc.bandwidth_ == 1'000'000);
    carry(cc, instant(1110ms), 90ms, 2'000'000);
    CHECK(cc.bandwidth_ == doctest::Approx(7.0 / 8 * 1e6 + 2e6 / 8).epsilon(0.001));
}

TEST_CASE("a loss leaves bandwidth times the shortest round trip, whatever was in flight") {
    westwood cc = started(500 * mss);
    carry(cc, instant(1s), 2s, 1'000'000);
    cc.on_congestion({.flight = 500 * mss});
    CHECK(cc.window() == 100 * mss);  // 1 MB/s · 0.1 s
    CHECK(cc.ssthresh() == 100 * mss);
    cc.on_rto({.flight = 10 * mss, .first = true});
    CHECK(cc.window() == mss);
    CHECK(cc.ssthresh() == 100 * mss);
}

TEST_CASE("no loss raises the window: what the path carries more is there to be grown into") {
    westwood cc = started(10 * mss);
    carry(cc, instant(1s), 2s, 1'000'000);
    cc.like_reno.cwnd_ = 10 * mss;
    cc.on_congestion({.flight = 10 * mss});
    CHECK(cc.window() == 10 * mss);
    CHECK(cc.ssthresh() == 100 * mss);
}

TEST_CASE("before anything is measured a loss leaves half, as Reno; never less than two segments") {
    westwood cc = started(40 * mss);
    cc.on_congestion({.flight = 40 * mss});
    CHECK(cc.window() == 20 * mss);
    carry(cc, instant(1s), 2s, 1'000);  // a tenth of a segment in a round trip
    cc.on_congestion({.flight = 40 * mss});
    CHECK(cc.window() == 2 * mss);
}

TEST_CASE("no rate and no round trip overflows") {
    westwood cc = started();
    for (int i = 0; i < 3; ++i)
        cc.on_ack({.now = instant(1s * i), .delivered = largest_window, .rtt = 1h, .srtt = 1s});
    cc.like_reno.cwnd_ = largest_window;
    cc.on_congestion({.flight = largest_window});
    CHECK(cc.window() == largest_window);
}
