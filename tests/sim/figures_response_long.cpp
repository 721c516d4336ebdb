// SPDX-License-Identifier: MIT
//
// The response functions of RFC 9438 sections 5.1 and 5.2 (tables 1 and 2): each (1/p)-th packet with data is lost, and
// nothing else ever happens. And CUBIC's window over time at p = 1e-6, against W(t) (section 4.2).
#include <doctest/doctest.h>

#include <vector>

#include "figures.hpp"

using namespace sluice;
using figures::modelled;

namespace {

/// Losses on the way to where the window settles, which do not count, and those that do.
struct effort {
    std::uint64_t dropped = 50, measured = 300;
};
constexpr effort of_a_control{.dropped = 10, .measured = 20};  // which misses by much

sim::link_settings losing_each(std::uint64_t packets, std::uint64_t times, duration round) {
    sim::link_settings out{.delay = round / 2};
    for (std::uint64_t i = 1; i <= times; ++i) out.drop.push_back(i * packets);
    return out;
}

struct point {
    std::uint64_t packets;  // of which one is lost: 1/p
    duration round;
    double table;  // segments
};

/// How far the mean window is from the table's, as a fraction of that.
template <class Congestion>
double error_of(const point& at, const effort& of = {}) {
    const std::uint64_t losses = of.dropped + of.measured;
    using tcp_of = modelled<Congestion>;
    auto s = figures::model_settings<tcp_of>();
    figures::start_at(s.congestion, static_cast<std::uint32_t>(at.table * figures::segment_length));
    figures::lone_flow<tcp_of> flow(s, losing_each(at.packets, losses, at.round));
    const double window = figures::mean_window(flow, of.dropped, losses);
    CHECK(flow.losses() == losses);
    CHECK(flow.count().recoveries + 2 >= losses);  // one each; the last one may not be found yet
    const double off = window / at.table - 1;
    MESSAGE(std::string(Congestion::name), ", 1/p = ", at.packets, ", RTT ", at.round.count() / 1'000'000,
            " ms: ", window, " segments, ", off * 100, " % from the table's ", at.table, ", over ", of.measured,
            " losses, ", flow.count().timeouts, " timeouts");
    return off;
}

// clang-format off
constexpr point reno_points[] = {
    {  1'000, 100ms,   38}, {  1'000, 10ms,  38},
    { 10'000, 100ms,  120}, { 10'000, 10ms, 120},
    {100'000, 100ms,  379}, {100'000, 10ms, 379},
};
constexpr point cubic_points[] = {
    {  1'000, 100ms,   38}, {  1'000, 10ms,  38},
    { 10'000, 100ms,  187}, { 10'000, 10ms, 120},
    {100'000, 100ms, 1054}, {100'000, 10ms, 379},
};
// clang-format on
constexpr double reno_margin = 0.06, cubic_margin = 0.10;

/// The windows of a sender, in segments: behind each event, and what a cut made of which. All ACKs of a round trip come
/// at one instant here, so that the last one of an instant is the window of a round.
struct course {
    struct sample {
        instant at;
        double window;
    };
    struct cut {
        instant at;
        double before, after;
        std::size_t next;  // sample
    };
    std::vector<sample> samples;
    std::vector<cut> cuts;

    void look(const auto& variables, instant now) {
        const double window = static_cast<double>(variables.congestion.window()) / variables.mss;
        if (!samples.empty() && window < samples.back().window)
            cuts.push_back({now, samples.back().window, window, samples.size()});
        if (samples.empty() || samples.back().at != now)
            samples.push_back({now, window});
        else
            samples.back().window = window;
    }
};

struct deviation {
    double most = 0;  // segments
    int rounds = 0;   // that were compared
};

/// From W(t) of the epoch behind a cut, t since the first ACK behind the episode (section 4.2). An ACK moves the window
/// by (target − cwnd)/cwnd (section 4.4), a round of them by 1 − 1/e of the gap to W(t + RTT); so where the curve rises
/// evenly the window lags behind that by 1/(e − 1) of a round. The first rounds, on the way there, are not judged.
deviation from_curve(const course& c, const course::cut& began, double end, duration round) {
    constexpr int first_rounds = 5;
    deviation out;
    const double rtt = static_cast<double>(round.count()) / 1e9, ahead = rtt - rtt / (std::exp(1) - 1);
    const double k = std::cbrt(began.before * 0.3 / 0.4);
    const instant zero = began.at + round;
    for (std::size_t i = began.next; i < c.samples.size(); ++i) {
        const duration t = c.samples[i].at - zero;
        const double seconds = static_cast<double>(t.count()) / 1e9;
        if (t < first_rounds * round || t % round != duration::zero()) continue;
        if (seconds >= end) break;
        const double w = 0.4 * std::pow(seconds + ahead - k, 3) + began.before;
        out.most = std::max(out.most, std::abs(c.samples[i].window - w));
        ++out.rounds;
    }
    return out;
}

/// The farthest from W(t) in two epochs of a million packets each.
template <class Congestion>
double farthest_from_curve() {
    constexpr duration round = 100ms;
    using tcp_of = modelled<Congestion>;
    auto s = figures::model_settings<tcp_of>();
    figures::start_at(s.congestion, 5926 * figures::segment_length);
    figures::lone_flow<tcp_of> flow(s, losing_each(1'000'000, 3, round));
    course seen;
    flow.run_until_losses(3, [&](const auto& variables, instant now) { seen.look(variables, now); });
    REQUIRE(seen.cuts.size() == 2);
    double out = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        const instant next = i == 0 ? seen.cuts[1].at : flow.now();
        const double length = static_cast<double>((next - seen.cuts[i].at).count()) / 1e9 - 0.2;
        const deviation d = from_curve(seen, seen.cuts[i], length, round);
        MESSAGE(std::string(Congestion::name), ", 1/p = 1000000, epoch ", i + 1, ": from ", seen.cuts[i].before, " to ",
                seen.cuts[i].after, " segments, at most ", d.most, " from W(t) in ", d.rounds, " rounds");
        CHECK(d.rounds >= 100);
        out = std::max(out, d.most);
    }
    return out;
}

}  // namespace

TEST_CASE("Reno has the window of RFC 9438's tables") {
    for (const point& at : reno_points) CHECK(std::abs(error_of<reno>(at)) <= reno_margin);
}

TEST_CASE("CUBIC has the window of RFC 9438's tables") {
    for (const point& at : cubic_points) CHECK(std::abs(error_of<cubic>(at)) <= cubic_margin);
}

TEST_CASE("at p = 1e-2 windows are so small that segments do not divide: printed, not judged") {
    for (const duration round : {duration(100ms), duration(10ms)}) {
        error_of<reno>({100, round, 12});
        error_of<cubic>({100, round, 12});
    }
}

TEST_CASE("control: Reno that keeps 70 % of its window and CUBIC that keeps 85 are off the tables, at each point") {
    for (const point& at : reno_points)
        CHECK(std::abs(error_of<figures::reno_that_keeps<70>>(at, of_a_control)) > reno_margin);
    for (const point& at : cubic_points)
        CHECK(std::abs(error_of<figures::cubic_that_keeps<85>>(at, of_a_control)) > cubic_margin);
}

TEST_CASE("at p = 1e-6 CUBIC's window is W(t) for two epochs, within one segment") {
    CHECK(farthest_from_curve<cubic>() <= 1);
}

TEST_CASE("control: what keeps 75 % and not 70 is far from the curve") {
    CHECK(farthest_from_curve<figures::cubic_that_keeps<75>>() > 1);
}
