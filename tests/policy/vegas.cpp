// SPDX-License-Identifier: MIT
// policy/congestion/vegas.hpp: what waits in queues is between alpha and beta segments.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/congestion/vegas.hpp>

namespace {

using namespace sluice;

static_assert(congestion_policy<vegas>);

constexpr std::uint32_t mss = 1000;

vegas started() {
    vegas cc;
    cc.on_start({.mss = mss});
    return cc;
}

/// A round trip: all of the window is acknowledged, a segment at a time; the next round's first ACK ends it.
void round_trip(vegas& cc, duration rtt, bool cwnd_limited = true) {
    const std::uint32_t segments = cc.window() / mss;
    for (std::uint32_t i = 0; i < segments; ++i)
        cc.on_ack({.newly_acked = mss, .rtt = rtt, .cwnd_limited = cwnd_limited, .round_start = i == 0});
}
void end_round(vegas& cc) { cc.on_ack({.cwnd_limited = true, .round_start = true}); }

/// In congestion avoidance at this window, with 100 ms as the shortest round trip.
vegas avoiding(std::uint32_t segments) {
    vegas cc = started();
    cc.base_ = 100ms;
    cc.on_congestion({.flight = 2 * segments * mss});
    return cc;
}
/// The change by one round of this round trip.
std::int64_t change(std::uint32_t segments, duration rtt) {
    vegas cc = avoiding(segments);
    round_trip(cc, rtt);
    end_round(cc);
    return (static_cast<std::int64_t>(cc.window()) - segments * mss) / mss;
}

}  // namespace

TEST_CASE("what waits is the window times the share of the round trip that is not the path's") {
    vegas cc = avoiding(20);
    CHECK(cc.queued(100ms) == 0);
    CHECK(cc.queued(125ms) == 4000);  // 20 · (1 − 100/125)
    CHECK(cc.queued(200ms) == 10000);
}

TEST_CASE("fewer than alpha segments waiting: one more; more than beta: one less; between them nothing") {
    CHECK(change(20, 100ms) == 1);
    CHECK(change(20, 111ms) == 1);   // 1.98 wait
    CHECK(change(20, 112ms) == 0);   // 2.14
    CHECK(change(20, 125ms) == 0);   // 4
    CHECK(change(20, 126ms) == -1);  // 4.13
    CHECK(change(20, 300ms) == -1);
}

TEST_CASE("slow start doubles in every other round, and ends when more than gamma segments wait") {
    vegas cc = started();
    const auto window_after = [&](duration rtt) {
        round_trip(cc, rtt);
        return cc.window() / mss;
    };
    CHECK(window_after(100ms) == 20);
    CHECK(window_after(100ms) == 20);
    CHECK(window_after(100ms) == 40);
    CHECK(window_after(110ms) == 40);
    end_round(cc);  // 40 · (1 − 100/110) = 3.636 wait: what the path holds is left, and one
    CHECK(cc.window() == 40'000 - 3'636 + 1'000);
    CHECK(cc.ssthresh() == cc.window());
}

TEST_CASE("a round with fewer than three samples, or one in which the window was not used, tells nothing") {
    vegas cc = avoiding(20);
    cc.on_ack({.newly_acked = mss, .rtt = 300ms, .cwnd_limited = true, .round_start = true});
    cc.on_ack({.newly_acked = mss, .rtt = 300ms, .cwnd_limited = true});
    end_round(cc);
    CHECK(cc.window() == 20 * mss);
    round_trip(cc, 100ms, false);
    cc.on_ack({.cwnd_limited = false, .round_start = true});
    CHECK(cc.window() == 20 * mss);
}

TEST_CASE("a loss and a timeout are answered as Reno does") {
    vegas cc = avoiding(20);
    cc.on_congestion({.flight = 20 * mss});
    CHECK(cc.window() == 10 * mss);
    cc.on_rto({.flight = 10 * mss, .first = true});
    CHECK(cc.window() == mss);
    CHECK(cc.ssthresh() == 5 * mss);
}
