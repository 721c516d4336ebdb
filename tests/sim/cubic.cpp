// SPDX-License-Identifier: MIT
//
// CUBIC over a path of 100 ms that never queues: one loss, and the window over time against W(t) (RFC 9438 section
// 4.2), every event audited. The control is reno, which would need fifty seconds for what CUBIC does in K.
#include <doctest/doctest.h>

#include <cmath>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

/// The window so long after it was cut, in segments, and what it was before.
struct course {
    double before = 0;
    std::vector<double> after;  // at each whole second
};

template <class Congestion>
course after_one_loss(std::uint64_t lost) {
    using prompt = tcp<testing::gate_audit, Congestion, sack_recovery, every_segment, no_timestamps>;
    typename prompt::settings s;
    s.buffers.send = s.buffers.receive = s.buffers.largest_send = s.buffers.largest_receive = 16u << 20;
    if constexpr (requires { s.congestion.slow_start; }) s.congestion.slow_start.enabled = false;
    const auto r = audited::transfer<prompt>({.rate = 0, .delay = 50ms, .drop = {lost}, .octets = 300u << 20}, s, s);
    CHECK(r.complete);
    CHECK(r.recoveries == 1);
    CHECK(r.timeouts == 0);
    course out;
    std::size_t at = 1;
    while (at < r.samples.size() && r.samples[at].cwnd >= r.samples[at - 1].cwnd) ++at;
    REQUIRE(at < r.samples.size());
    out.before = r.samples[at - 1].cwnd / 1460.0;
    instant next = r.samples[at].at + 100ms;  // the stage begins when the episode ends, a round trip later
    for (std::size_t i = at; i + 1 < r.samples.size(); ++i)
        for (; r.samples[i + 1].at > next; next += 1s) out.after.push_back(r.samples[i].cwnd / 1460.0);
    return out;
}

}  // namespace

TEST_CASE("behind one loss the window follows W(t): it is back where it was after K seconds, and goes on") {
    const course c = after_one_loss<cubic>(700);
    REQUIRE(c.before > 500);
    const double k = std::cbrt(c.before * 0.3 / 0.4);
    const auto last = static_cast<std::size_t>(k) + 2;
    REQUIRE(c.after.size() > last);
    for (std::size_t t = 0; t <= last; ++t) {
        CAPTURE(t);
        // Within a round trip: the window is on its way to W(t + RTT).
        CHECK(c.after[t] == doctest::Approx(0.4 * std::pow(static_cast<double>(t) - k, 3) + c.before).epsilon(0.005));
    }
}

TEST_CASE("control: reno has half of the window back, and ten segments more, each second") {
    const course c = after_one_loss<reno>(700);
    REQUIRE(c.after.size() > 5);
    for (std::size_t t = 0; t < 5; ++t)
        CHECK(c.after[t] == doctest::Approx(c.before / 2 + 10.0 * static_cast<double>(t)).epsilon(0.02));
}
