// SPDX-License-Identifier: MIT
// Races against what can be reckoned by hand: a window over a round trip, a queue that stands, a link that is full.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/sim/race.hpp>
#include <sluice/trace/race_run.hpp>

using namespace sluice;
using sim::buffer_size;

namespace {

constexpr std::uint32_t payload_each = 1448;  // of a full segment with timestamps …
constexpr std::uint32_t packet = 1500;        // … and that with its headers

using windowed = tcp<fixed_window, rack_tlp>;
using halving = tcp<reno, rack_tlp>;

sim::entrant window_of(std::uint32_t segments, const sim::entry& how = {}) {
    return sim::enter<windowed>("fixed_window", how, {.congestion = {.octets = segments * payload_each}});
}
sim::entrant reno_flows(const sim::entry& how = {}) { return sim::enter<halving>("reno", how); }

std::string printed(const sim::race_report& report) { return to_json(trace::race_run{.result = report}); }

}  // namespace

// 20 segments in 40 ms, and what 20 packets take on their way at most: 0.5 ms.
TEST_CASE("a window below what the path holds passes once a round trip, and nothing waits") {
    const sim::race_settings path{.time = 10s, .measure_from = 1s};
    const auto near = sim::race({window_of(20)}, path), far = sim::race({window_of(20, {.delay = 20ms})}, path);
    CHECK(near.failure == error::none);
    CHECK(near.flows[0].rtt_ms >= 40);
    CHECK(near.flows[0].rtt_ms <= 40.5);
    CHECK(near.flows[0].goodput_bps >= 20 * payload_each * 8 / 0.0405);
    CHECK(near.flows[0].goodput_bps <= 20 * payload_each * 8 / 0.0400);
    CHECK(near.queue_p95_ms < 0.5);
    CHECK(near.flows[0].share == 1);
    CHECK(near.jain == 1);
    // The control: 20 ms farther each way, 40 ms more.
    CHECK(far.flows[0].rtt_ms >= 80);
    CHECK(far.flows[0].rtt_ms <= 80.5);
    CHECK(far.flows[0].goodput_bps == doctest::Approx(near.flows[0].goodput_bps / 2).epsilon(0.02));
}

// 100 packets take 120 ms to leave at 10 Mbit/s. 40 ms of that are the path's, 1.5 ms a packet and its ACK take to be
// sent, on all cables, and 0.6 ms the receiver waits on average, for each second packet.
TEST_CASE("a window above what the path holds waits at the bottleneck, and the link is full") {
    const sim::race_settings deep{.rate = 10'000'000, .buffer = buffer_size::bdp(4), .time = 20s, .measure_from = 2s};
    sim::race_settings shallow = deep;
    shallow.buffer = buffer_size::packets(20);
    const auto report = sim::race({window_of(100)}, deep), control = sim::race({window_of(100)}, shallow);
    CHECK(report.flows[0].rtt_ms == doctest::Approx(120).epsilon(0.01));
    CHECK(report.queue_mean_ms == doctest::Approx(120 - 40 - 1.5 - 0.6).epsilon(0.002));
    CHECK(report.queue_p95_ms == doctest::Approx(120 - 40 - 1.5).epsilon(0.015));
    CHECK(report.utilisation == doctest::Approx(1).epsilon(0.001));
    CHECK(report.flows[0].goodput_bps == doctest::Approx(10e6 * payload_each / packet).epsilon(0.002));
    CHECK(report.losses == 0);
    // The control: 20 packets wait 24 ms, and the others are lost.
    CHECK(control.queue_p95_ms <= 24.0);
    CHECK(control.losses > 0);
    CHECK(control.flows[0].lost == control.losses);
}

TEST_CASE("reno fills a link that has a buffer of one bandwidth-delay product, and not with a tenth of it") {
    sim::race_settings path{.rate = 20'000'000, .time = 60s, .measure_from = 10s};
    const auto full = sim::race({reno_flows()}, path);
    path.buffer = buffer_size::bdp(0.1);
    const auto control = sim::race({reno_flows()}, path);
    CHECK(full.utilisation >= 0.99);
    CHECK(full.utilisation <= 1.001);
    // Nothing but full segments, of which one in some thousands is sent twice.
    CHECK(full.flows[0].goodput_bps == doctest::Approx(full.utilisation * 20e6 * payload_each / packet).epsilon(0.005));
    CHECK(control.utilisation < 0.92);
}

TEST_CASE("two flows alike share alike; one that is three times as far away gets less") {
    const sim::race_settings path{.rate = 20'000'000, .rtt = 20ms, .time = 90s, .measure_from = 30s};
    const auto even = sim::race({reno_flows({.flows = 2})}, path);
    CHECK(even.flows.size() == 2);
    CHECK(even.jain >= 0.95);
    CHECK(even.flows[0].share + even.flows[1].share == doctest::Approx(1));
    const auto control = sim::race({reno_flows(), reno_flows({.delay = 20ms})}, path);
    CHECK(control.jain < 0.9);
    CHECK(control.flows[0].goodput_bps > control.flows[1].goodput_bps);
}

// Of n packets p · n are lost, give or take four times sqrt(n p (1 − p)).
TEST_CASE("what is lost by chance is the share that was asked for, and each loss is sent again once") {
    sim::race_settings path{.rate = 20'000'000, .loss = 0.01, .time = 60s};
    const auto report = sim::race({reno_flows()}, path);
    const double packets = report.utilisation * 20e6 * 60 / 8 / packet, p = 0.01;
    REQUIRE(packets > 10'000);
    const auto lost = static_cast<double>(report.losses);
    CHECK(std::abs(lost - p * packets) < 4 * std::sqrt(packets * p * (1 - p)));
    CHECK(std::abs(lost - static_cast<double>(report.flows[0].retransmitted)) <= 5);  // the last may wait for it
    // What is lost on the wire has taken its turn: the link is no less full for it.
    const auto full = sim::race({window_of(150)}, path);
    CHECK(full.losses > 500);
    CHECK(full.utilisation > 0.998);
    path.loss = {};
    const auto control = sim::race({window_of(20)}, path);
    CHECK(control.losses == 0);
    CHECK(control.flows[0].retransmitted == 0);
}

TEST_CASE("a flow that starts later has sent nothing before, and its goodput counts from its start") {
    const auto report =
        sim::race({window_of(20), window_of(20, {.start = 5s})}, {.time = 10s, .spread = false, .looks = 100});
    const trace::race_series& s = report.series;
    REQUIRE(s.at.size() == 101);
    CHECK(s.at[50] == instant(5s));
    CHECK(s.flows[0].read[50] > 0);
    CHECK(s.flows[1].read[50] == 0);
    CHECK(s.flows[1].read[51] > 0);
    CHECK(report.flows[1].goodput_bps == doctest::Approx(report.flows[0].goodput_bps).epsilon(0.02));
}

TEST_CASE("the same seed gives the same report; another one spreads starts and packets in another way") {
    sim::race_settings path{.rate = 10'000'000, .time = 6s};
    const std::vector<sim::entrant> both{reno_flows(), window_of(10)};
    const std::string first = printed(sim::race(both, path));
    CHECK(printed(sim::race(both, path)) == first);
    path.seed = 2;
    CHECK(printed(sim::race(both, path)) != first);
    // The control: with nothing spread, and nothing lost by chance, no seed matters.
    path.spread = false;
    const std::string still = printed(sim::race(both, path));
    path.seed = 1;
    CHECK(printed(sim::race(both, path)) == still);
}

TEST_CASE("where several flows meet, each starts by itself within the first second; a race of a minute has that long") {
    sim::race_settings path{.time = 60s, .looks = 6000};
    const auto first_reads = [&] {
        std::vector<double> out;
        const auto report = sim::race({window_of(2, {.flows = 5})}, path);
        for (const trace::flow_series& each : report.series.flows)
            out.push_back(0.01 * static_cast<double>(std::count(each.read.begin(), each.read.end(), 0u)));
        std::sort(out.begin(), out.end());
        return out;
    };
    const std::vector<double> spread = first_reads();
    CHECK(spread.back() - spread.front() > 0.1);
    CHECK(spread.back() < 1.2);
    path.spread = false;
    const std::vector<double> together = first_reads();
    CHECK(together.back() - together.front() < 0.02);
    CHECK(together.back() < 0.2);
}

// A packet takes 1.2 ms at 10 Mbit/s: 0.6 ms on average, and the ACK of two comes with the later one.
TEST_CASE("where several flows meet, each packet is late by up to a packet time, and a flow alone is not") {
    sim::race_settings path{.rate = 10'000'000, .time = 30s};
    const auto rtt = [&](unsigned flows) { return sim::race({window_of(2, {.flows = flows})}, path).flows[0].rtt_ms; };
    const double spread = rtt(2), alone = rtt(1);
    path.spread = false;
    CHECK(spread - rtt(2) > 0.4);
    CHECK(spread - rtt(2) < 1.2);
    CHECK(alone == rtt(1));
}

// One opportunity for 1500 octets each millisecond is 12 Mbit/s; each other millisecond, half of it.
TEST_CASE("a bottleneck that follows a trace carries what the trace allows") {
    for (const std::uint64_t each : {1u, 2u}) {
        const sim::race_settings path{
            .trace = {{each}}, .buffer = buffer_size::bdp(4), .time = 10s, .measure_from = 2s};
        const auto report = sim::race({window_of(100)}, path);
        CHECK(path.mean_rate() == 12'000'000 / each);
        CHECK(report.utilisation == doctest::Approx(1).epsilon(0.002));
        const double all = 12e6 / static_cast<double>(each) * payload_each / packet;
        CHECK(report.flows[0].goodput_bps == doctest::Approx(all).epsilon(0.003));
    }
}

TEST_CASE("the log of a flow's beginning knows what the bottleneck dropped, and the capture has all headers") {
    sim::race_settings path{
        .rate = 10'000'000, .buffer = buffer_size::packets(20), .time = 2s, .wire_log = 2s, .capture = true};
    const auto report = sim::race({window_of(100)}, path);
    std::size_t lost = 0;
    for (const trace::wire_event& each : report.series.flows[0].wire) lost += each.from == 0 && each.lost() ? 1 : 0;
    REQUIRE(report.losses > 50);
    CHECK(lost >= report.losses);
    CHECK(lost <= report.losses + 2);  // on the sender's cable when time was up
    const double captured = static_cast<double>(report.packets.bytes().size());
    CHECK(captured > 0.05 * report.utilisation * 2.5e6);  // of what was carried in 2 s …
    CHECK(captured < 0.50 * report.utilisation * 2.5e6);  // … the headers
    // The control: nothing is kept that was not asked for.
    path.wire_log = {};
    path.capture = false;
    const auto control = sim::race({window_of(100)}, path);
    CHECK(control.series.flows[0].wire.empty());
    CHECK(control.packets.bytes().size() < 200);
    CHECK(printed(control) == printed(report));
}

TEST_CASE("a dozen lines race a policy of one's own") {
    struct careful {
        using slot = congestion_slot;
        std::uint32_t window() const { return 10 * payload_each; }
    };
    const auto report = sim::race({sim::enter<tcp<careful>>("careful"), sim::enter<tcp<reno, sack_recovery>>("reno")},
                                  {.rate = 20'000'000, .rtt = 20ms, .time = 10s, .seed = 7});
    CHECK(report.flows[0].policy == "careful");
    CHECK(report.flows[0].goodput_bps < 10 * payload_each * 8 / 0.020);
    CHECK(report.flows[1].goodput_bps > report.flows[0].goodput_bps);
}
