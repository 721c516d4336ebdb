// SPDX-License-Identifier: MIT
// policy/congestion/any_of.hpp: which one is told, what is handed over, and what it costs.
#include <doctest/doctest.h>

#include <sluice/policy/compose.hpp>
#include <sluice/policy/congestion/any_of.hpp>
#include <sluice/policy/congestion/by_name.hpp>
#include <sluice/policy/congestion/cubic.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/vegas.hpp>
#include <sluice/policy/congestion/westwood.hpp>

namespace {

using namespace sluice;

constexpr std::uint32_t mss = 1000;
using all = any_of<reno, cubic, vegas, westwood>;

static_assert(congestion_policy<all>);
static_assert(all::names == std::array<std::string_view, 4>{"reno", "cubic", "vegas", "westwood"});

// What no member has is absent; what one of them has is there.
using windows = any_of<fixed_window, no_congestion_control>;
static_assert(congestion_policy<windows>);
static_assert(hook::absent<windows, hook::on_ack> && hook::absent<windows, hook::on_congestion> &&
              hook::absent<windows, hook::on_rto> && hook::absent<windows, hook::on_idle> &&
              hook::absent<windows, hook::ssthresh>);
template <class P>
constexpr bool can_be_told = requires(P p, ack_report r) { p.on_ack(r); };
using one_has_it = any_of<fixed_window, reno>;
static_assert(!can_be_told<windows> && can_be_told<one_has_it> && !hook::absent<one_has_it, hook::on_ack>);
static_assert(hook::absent<all, hook::snapshot> && hook::absent<all, hook::name>);
static_assert(!hook::absent<windows, hook::select> && !hook::absent<windows, hook::on_start>);

// All of them, one octet for the choice, four for the MSS, and the gap between these two.
struct nothing_more {
    using slot = congestion_slot;
    static constexpr std::string_view name = "nothing";
    constexpr std::uint32_t window() const { return 1; }
};
static_assert(sizeof(any_of<reno>) == 8 + sizeof(reno));
static_assert(sizeof(any_of<reno, fixed_window>) == 12 + sizeof(reno) + sizeof(fixed_window));  // and one more gap
static_assert(sizeof(all) == 8 + sizeof(reno) + sizeof(cubic) + sizeof(vegas) + sizeof(westwood));
static_assert(sizeof(any_of<nothing_more>) == 8);
static_assert(std::is_trivially_copyable_v<all>);

// What it gives way to is what any of them does.
static_assert(windows::responds_to == congestion_signals());
static_assert(all::responds_to == (congestion_signal::loss | congestion_signal::delay));

/// Counts what it is told.
template <char Letter>
struct counting {
    using slot = congestion_slot;
    static constexpr char letters[] = {Letter, 0};
    static constexpr std::string_view name = letters;
    int starts = 0, acks = 0, losses = 0, timeouts = 0, pauses = 0, sizes = 0;
    start_report started{};
    constexpr std::uint32_t window() const { return std::uint32_t{Letter} * 100; }
    constexpr void on_start(const start_report& r) { ++starts, started = r; }
    constexpr void on_ack(const ack_report&) { ++acks; }
    constexpr void on_congestion(const congestion_report&) { ++losses; }
    constexpr void on_rto(const rto_report&) { ++timeouts; }
    constexpr void on_idle(const idle_report&) { ++pauses; }
    constexpr void on_mss(std::uint32_t) { ++sizes; }
};

constexpr all started(std::string_view name) {
    all cc{.chosen = name};
    cc.on_start({.mss = mss});
    return cc;
}

constexpr bool runs_in_the_compiler() {
    all cc = started("cubic");
    cc.on_ack({.newly_acked = 3 * mss, .cwnd_limited = true});
    const bool goes_on = cc.select("vegas") && cc.window() == 13 * mss && cc.selected() == "vegas";
    return goes_on && !cc.select("bbr") && cc.window() == 13 * mss;
}
static_assert(runs_in_the_compiler());

}  // namespace

TEST_CASE("only the chosen one is told, each hook once") {
    any_of<counting<'a'>, counting<'b'>> cc{.chosen = "b"};
    cc.on_start({.mss = mss});
    cc.on_ack({});
    cc.on_congestion({});
    cc.on_rto({});
    cc.on_idle({});
    cc.on_mss(mss);
    const auto& a = cc.of<counting<'a'>>();
    const auto& b = cc.of<counting<'b'>>();
    CHECK(a.starts + a.acks + a.losses + a.timeouts + a.pauses + a.sizes == 0);
    CHECK(b.sizes == 1);
    CHECK(b.starts == 1);
    CHECK(b.acks == 1);
    CHECK(b.losses == 1);
    CHECK(b.timeouts == 1);
    CHECK(b.pauses == 1);
    CHECK(cc.window() == 100 * 'b');
}

TEST_CASE("the first is chosen unless another is named, and each has settings of its own") {
    all cc;
    CHECK(cc.selected() == "reno");
    cc.of<reno>().initial_window = 3;
    cc.on_start({.mss = mss});
    CHECK(cc.window() == 3 * mss);
    all other{.chosen = "westwood"};
    other.of<westwood>().like_reno.initial_window = 4;
    other.on_start({.mss = mss});
    CHECK(other.selected() == "westwood");
    CHECK(other.window() == 4 * mss);
}

TEST_CASE("before the start a choice hands over nothing, and the chosen one begins as it would alone") {
    all cc;
    CHECK(cc.select("cubic", {.window = 77 * mss, .mss = mss}));
    CHECK(cc.window() == 0);
    cc.on_start({.mss = mss});
    CHECK(cc.window() == 10 * mss);
}

TEST_CASE("a name that none has is refused, and nothing changes; one's own is taken, and nothing changes") {
    all cc = started("reno");
    cc.of<reno>().counted_ = 5;
    CHECK_FALSE(cc.select("bbr"));
    CHECK_FALSE(cc.select(""));
    CHECK_FALSE(cc.select("Reno"));
    CHECK(cc.select("reno"));
    CHECK(cc.selected() == "reno");
    CHECK(cc.of<reno>().counted_ == 5);
}

TEST_CASE("window, ssthresh and MSS go from each to each") {
    for (const std::string_view from : all::names)
        for (const std::string_view to : all::names) {
            CAPTURE(from);
            CAPTURE(to);
            all cc = started(from);
            cc.on_congestion({.flight = 100 * mss});
            const std::uint32_t window = cc.window(), ssthresh = cc.ssthresh();
            CHECK(window < 100 * mss);
            REQUIRE(cc.select(to));
            CHECK(cc.selected() == to);
            CHECK(cc.window() == window);
            CHECK(cc.ssthresh() == ssthresh);
            cc.on_rto({.flight = window, .first = true});
            CHECK(cc.window() == mss);
        }
}

TEST_CASE("in recovery the window stays, and behind it grows as the new one has it") {
    all cc = started("cubic");
    cc.on_congestion({.flight = 100 * mss});
    REQUIRE(cc.select("reno", {.in_recovery = true}));
    CHECK(cc.window() == 70 * mss);
    cc.on_ack({.newly_acked = 70 * mss, .cwnd_limited = true, .in_recovery = true});
    CHECK(cc.window() == 70 * mss);
    cc.on_ack({.newly_acked = 70 * mss, .cwnd_limited = true});
    CHECK(cc.window() == 71 * mss);
}

TEST_CASE("who comes back has forgotten: cubic's next stage begins where the other left the window") {
    all cc = started("cubic");
    const auto ack = [&](instant now) {
        cc.on_ack({.now = now, .newly_acked = mss, .srtt = 0ns, .cwnd_limited = true});
    };
    cc.on_congestion({.flight = 1000 * mss});
    ack(instant(1s));
    CHECK(cc.of<cubic>().at_.in_stage);
    REQUIRE(cc.select("reno"));
    cc.on_congestion({.flight = 100 * mss});
    REQUIRE(cc.select("cubic"));
    const cubic& back = cc.of<cubic>();
    CHECK_FALSE(back.at_.in_stage);
    ack(instant(2s));
    CHECK(back.at_.origin == 50 * mss);
    CHECK(back.at_.k == 0);
    CHECK(back.slow_start.over_);
}

TEST_CASE("nor does it remember the pause of an hour ago: the other has used the window since (RFC 7661)") {
    for (const auto& [name, other] : {std::pair{"reno", "cubic"}, {"cubic", "reno"}}) {
        all cc = started(name);
        cc.on_congestion({.flight = 1000 * mss});
        cc.on_idle({.now = instant(10s), .idle = 9s});
        REQUIRE(cc.select(other));
        REQUIRE(cc.select(name, {.now = instant(1h), .srtt = 100ms}));
        const std::uint32_t window = cc.window();
        REQUIRE(window > 100 * mss);
        CHECK(cc.pacing_rate() == 0);
        cc.on_ack({.now = instant(1h), .newly_acked = mss});
        CHECK(cc.window() == window);
        cc.on_idle({.now = instant(1h + 10s), .idle = 9s});
        CHECK(cc.pacing_rate() == window * std::uint64_t{10});  // by the connection's round trip
    }
}

TEST_CASE("the shortest round trip is the policy's own, or the connection's") {
    all cc = started("vegas");
    cc.on_ack({.rtt = 30ms});
    REQUIRE(cc.select("westwood", {.min_rtt = 40ms}));
    CHECK(cc.of<westwood>().min_rtt_ == 30ms);
    REQUIRE(cc.select("reno", {.min_rtt = 40ms}));
    REQUIRE(cc.select("vegas", {.min_rtt = 40ms}));  // reno keeps none
    CHECK(cc.of<vegas>().base_ == 40ms);
    REQUIRE(cc.select("reno"));
    REQUIRE(cc.select("vegas"));
    CHECK(cc.of<vegas>().base_ == duration::max());
}

TEST_CASE("one that can't take over is told on_start again, and one without a word about it changes nothing") {
    any_of<reno, counting<'a'>, fixed_window> cc;
    cc.on_start({.mss = mss});
    REQUIRE(cc.select("a", {.now = instant(3s), .random = 7}));
    const auto& a = cc.of<counting<'a'>>();
    CHECK(a.starts == 1);
    CHECK(a.started.mss == mss);
    CHECK(a.started.now == instant(3s));
    CHECK(a.started.random == 7);
    CHECK(cc.ssthresh() == largest_window);
    REQUIRE(cc.select("fixed_window"));
    CHECK(cc.window() == 65535);
    REQUIRE(cc.select("reno"));
    CHECK(cc.window() == 65535);
    CHECK(cc.ssthresh() == largest_window);
}

TEST_CASE("a composition's policies are found by their names, which outlive the question") {
    CHECK(name_of(reno{}) == "reno");
    CHECK(name_of(started("vegas")) == "vegas");
    const std::string asked = "cubic";
    CHECK(find_name<all>(asked).data() == cubic::name.data());
    CHECK(find_name<all>("bbr").empty());
    CHECK(find_name<reno>("reno") == "reno");
    CHECK(find_name<reno>("cubic").empty());
}
