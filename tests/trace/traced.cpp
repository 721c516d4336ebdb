// SPDX-License-Identifier: MIT
// trace/traced.hpp and trace/decision.hpp: the policy decides as it would alone, and each decision is told.
#include <doctest/doctest.h>

#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/by_name.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/sim/scenario.hpp>
#include <sluice/trace/traced.hpp>

namespace {

using namespace sluice;
using trace::decision;
using trace::told;
using trace::traced;

constexpr std::uint32_t mss = 1000;

// It has the hooks of its policy, and no others.
template <class P, class... Hooks>
constexpr bool has_same_hooks = ((hook::absent<P, Hooks> == hook::absent<traced<P>, Hooks>) && ...);
template <class P>
constexpr bool has_same = has_same_hooks<P, hook::on_start, hook::on_ack, hook::on_congestion, hook::on_rto,
                                         hook::on_idle, hook::on_mss, hook::ssthresh, hook::snapshot, hook::restore,
                                         hook::select, hook::name, hook::responds_to>;
struct acks_only {
    using slot = congestion_slot;
    std::uint32_t octets = 1;
    constexpr std::uint32_t window() const { return octets; }
    constexpr void on_ack(const ack_report& r) { octets += r.newly_acked; }
};
static_assert(has_same<reno> && has_same<cubic> && has_same<fixed_window> && has_same<acks_only> &&
              has_same<any_of<reno, cubic>>);
static_assert(congestion_policy<traced<reno>> && congestion_policy<traced<acks_only>> &&
              congestion_policy<traced<any_of<reno, fixed_window>>> && congestion_policy<any_of<traced<reno>, cubic>>);
template <class P>
constexpr bool can_be_told = requires(P p, congestion_report r) { p.on_congestion(r); };
static_assert(can_be_told<traced<reno>> && !can_be_told<traced<acks_only>>);
static_assert(traced<reno>::name == "reno" && !has_name<traced<acks_only>>);
static_assert(traced<fixed_window>::responds_to == congestion_signals());
static_assert(find_name<traced<reno>>("reno") == "reno" && find_name<traced<acks_only>>("reno").empty());
static_assert(find_name<traced<any_of<reno, cubic>>>("cubic") == "cubic");
static_assert(sizeof(traced<reno>) == sizeof(reno) + 16);  // the sink, and whose decisions they are

constexpr bool runs_in_the_compiler() {
    trace::decision_ring<2> ring;
    traced<reno, trace::decision_ring<2>> cc{.sink = &ring};
    cc.on_start({.mss = mss});
    cc.on_ack({.newly_acked = mss, .cwnd_limited = true});
    cc.on_congestion({.flight = 11 * mss});
    return ring.count() == 3 && ring.size() == 2 && ring[0].window == 11 * mss && ring[1].window == 5500;
}
static_assert(runs_in_the_compiler());

}  // namespace

TEST_CASE("each hook is one decision: what was told, the window before and after, ssthresh if it has one") {
    trace::decision_log log;
    traced<reno> cc{.policy = {.initial_window = 4}, .sink = &log};
    cc.on_start({.now = instant(1s), .mss = mss, .random = 77});
    cc.on_ack({.now = instant(2s),
               .newly_acked = mss,
               .newly_lost = 5,
               .pipe = 3000,
               .rtt = 30ms,
               .min_rtt = 20ms,
               .srtt = 25ms,
               .cwnd_limited = true});
    cc.on_congestion({.now = instant(3s), .flight = 5000, .pipe = 4000});
    cc.on_rto({.now = instant(4s), .flight = 6000});
    cc.on_idle({.now = instant(5s), .idle = 1s});
    cc.on_mss(mss);  // is no decision
    cc.restore({.now = instant(6s), .window = 9000, .ssthresh = 8000, .mss = mss, .in_recovery = true, .srtt = 1ms});
    constexpr std::uint32_t none = largest_window;
    REQUIRE(log.all.size() == 6);
    CHECK(log.all[0] == decision{.at = instant(1s), .connection = 77, .what = told::start, .window_before = 0,
                                 .window = 4000, .ssthresh_before = none, .ssthresh = none});
    CHECK(log.all[1] == decision{.at = instant(2s), .connection = 77, .what = told::ack, .window_before = 4000,
                                 .window = 5000, .ssthresh_before = none, .ssthresh = none, .in_flight = 3000,
                                 .newly_acked = mss, .newly_lost = 5, .rtt = 30ms, .min_rtt = 20ms, .srtt = 25ms});
    CHECK(log.all[2] == decision{.at = instant(3s), .connection = 77, .what = told::congestion, .window_before = 5000,
                                 .window = 2500, .ssthresh_before = none, .ssthresh = 2500, .in_flight = 4000,
                                 .in_recovery = true});
    CHECK(log.all[3] == decision{.at = instant(4s), .connection = 77, .what = told::timeout, .window_before = 2500,
                                 .window = 1000, .ssthresh_before = 2500, .ssthresh = 3000, .in_flight = 6000});
    CHECK(log.all[4] == decision{.at = instant(5s), .connection = 77, .what = told::idle, .window_before = 1000,
                                 .window = 1000, .ssthresh_before = 3000, .ssthresh = 3000});
    CHECK(log.all[5] == decision{.at = instant(6s), .connection = 77, .what = told::restored, .window_before = 1000,
                                 .window = 9000, .ssthresh_before = 3000, .ssthresh = 8000, .in_recovery = true,
                                 .srtt = 1ms});
}

TEST_CASE("a change by name is a decision, too; and without a sink nothing is told, and all goes on") {
    trace::decision_log log;
    traced<any_of<reno, cubic>> cc{.sink = &log};
    cc.on_start({.mss = mss});
    CHECK(cc.select("cubic", {.now = instant(7s), .in_recovery = true, .min_rtt = 3ms}));
    CHECK_FALSE(cc.select("bbr", {}));
    CHECK(name_of(cc) == "cubic");
    REQUIRE(log.all.size() == 3);
    CHECK(log.all[1].what == told::selected);
    CHECK(log.all[1].at == instant(7s));
    CHECK(log.all[1].window == 10 * mss);
    CHECK(log.all[1].in_recovery);
    CHECK(log.all[1].min_rtt == 3ms);
    cc.sink = nullptr;
    cc.on_ack({.newly_acked = mss, .cwnd_limited = true});
    CHECK(cc.window() == 11 * mss);
    CHECK(log.all.size() == 3);
}

TEST_CASE("one without ssthresh tells of none") {
    trace::decision_log log;
    traced<acks_only> cc{.sink = &log};
    cc.on_ack({.newly_acked = 9});
    REQUIRE(log.all.size() == 1);
    CHECK(log.all[0] == decision{.at = instant(), .what = told::ack, .window_before = 1, .window = 10, .in_flight = 0,
                                 .newly_acked = 9});
}

TEST_CASE("a ring keeps the last ones, the oldest first") {
    trace::decision_ring<3> ring;
    CHECK(ring.size() == 0);
    for (std::uint32_t i = 1; i <= 5; ++i) ring.on_decision({.window = i});
    CHECK(ring.count() == 5);
    REQUIRE(ring.size() == 3);
    CHECK(ring[0].window == 3);
    CHECK(ring[1].window == 4);
    CHECK(ring[2].window == 5);
}

TEST_CASE("in a transfer the packets are the same as without, and the decisions are what the connection saw") {
    const sim::scenario s{.rate = 10'000'000, .delay = 20ms, .queue = 30, .loss = 0.01, .octets = 1 << 20, .seed = 5};
    trace::decision_log log;
    const auto with = sim::transfer<tcp<traced<reno>>, tcp<reno>>(s, {.congestion = {.sink = &log}});
    const auto without = sim::transfer<tcp<reno>>(s);
    REQUIRE(with.complete);
    CHECK(with.time == without.time);
    CHECK(with.segments == without.segments);
    CHECK(with.events == without.events);

    std::uint64_t acknowledged = 0, episodes = 0, timeouts = 0;
    for (std::size_t i = 0; i < log.all.size(); ++i) {
        const decision& d = log.all[i];
        if (i > 0) CHECK(d.window_before == log.all[i - 1].window);  // nothing happens to it unseen
        CHECK(d.connection == log.all[0].connection);
        acknowledged += d.newly_acked;
        episodes += d.what == told::congestion;
        timeouts += d.what == told::timeout;
    }
    CHECK(log.all[0].what == told::start);
    CHECK(log.all[0].connection != 0);
    CHECK(acknowledged == (1u << 20) + 1);  // and the FIN
    CHECK(episodes == with.recoveries);
    CHECK(timeouts == with.timeouts);
    CHECK(episodes > 3);
}
