// SPDX-License-Identifier: MIT
// policy/congestion/window_validation.hpp: RFC 7661, alone and in the policies that hold it.
#include <doctest/doctest.h>

#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>

namespace {

using namespace sluice;

constexpr std::uint32_t mss = 1000;
constexpr duration rtt = 100ms;
constexpr instant start{1000s};

ack_report acked(std::uint32_t octets, instant now, bool limited = false, bool round = true) {
    return {.now = now, .newly_acked = octets, .srtt = rtt, .cwnd_limited = limited, .round_start = round};
}

/// A window of a hundred segments that has been used in full until now.
template <class Policy>
Policy used() {
    Policy cc;
    cc.on_start({.now = start - 10s, .mss = mss});
    for (instant now = start - 10s; cc.window() < 100 * mss; now += rtt) cc.on_ack(acked(cc.window(), now, true));
    cc.on_congestion({.now = start, .flight = cc.window()});  // congestion avoidance
    cc.on_ack(acked(cc.window(), start, true));
    return cc;
}

}  // namespace

TEST_CASE_TEMPLATE("a pause keeps the window, and paces it over one round trip; then it is not paced any more", Policy,
                   reno, cubic, vegas, westwood) {
    auto cc = used<Policy>();
    const std::uint32_t window = cc.window();
    CHECK(cc.pacing_rate() == 0);
    cc.on_idle({.now = start + 10s, .idle = 10s});
    CHECK(cc.window() == window);
    CHECK(cc.pacing_rate() == window * 10);  // ten round trips a second
    CHECK(cc.pacing_burst() == 10 * mss);    // RFC 6928's leave at once
    cc.on_ack(acked(mss, start + 10s + rtt));
    CHECK(cc.pacing_rate() == 0);
}

TEST_CASE_TEMPLATE("control: without validation a pause leaves the initial window (RFC 5681 section 4.1)", Policy, reno,
                   cubic) {
    auto cc = used<Policy>();
    cc.validation.enabled = false;
    cc.on_idle({.now = start + 10s, .idle = 10s});
    CHECK(cc.window() == 10 * mss);
    CHECK(cc.pacing_rate() == 0);
}

TEST_CASE_TEMPLATE("each five minutes in which it is not used half of it goes, down to the initial window", Policy,
                   reno, cubic) {
    auto cc = used<Policy>();
    const std::uint32_t window = cc.window();
    REQUIRE(window < 160 * mss);
    auto once = cc, often = cc;
    once.on_idle({.now = start + 5min, .idle = 5min});
    CHECK(once.window() == window / 2);
    CHECK(once.ssthresh() >= window - window / 4);
    often.on_idle({.now = start + 1h, .idle = 1h});
    CHECK(often.window() == 10 * mss);
    // The same where something is sent, yet little.
    for (duration at = 1s; at < 5min; at += 1s) {
        cc.on_ack(acked(mss, start + at));
        if (at < 4min) CHECK(cc.window() == window);
    }
    cc.on_ack(acked(mss, start + 5min + 3s));
    CHECK(cc.window() == window / 2);
}

TEST_CASE("half of it used is enough to be kept: in the last second, or three round trips") {
    auto cc = used<reno>();
    const std::uint32_t window = cc.window();
    for (duration at = 1s; at < 20min; at += 1s) cc.on_ack(acked(window / 2 + mss, start + at));
    CHECK(cc.window() == window);
    CHECK(cc.validation.pipe_ack() == window / 2 + mss);
}

TEST_CASE("a loss reduces what was used, not what was kept (section 4.4.1)") {
    auto cc = used<reno>();
    for (duration at = 1s; at < 10s; at += 1s) cc.on_ack(acked(20 * mss, start + at));
    CHECK(cc.window() > 40 * mss);
    cc.on_congestion({.now = start + 10s, .flight = 8 * mss});
    CHECK(cc.window() == 10 * mss);  // half of pipeACK
    auto full = used<reno>();
    const std::uint32_t window = full.window();
    full.on_congestion({.now = start + 1s, .flight = window});
    CHECK(full.window() == window / 2);
}
