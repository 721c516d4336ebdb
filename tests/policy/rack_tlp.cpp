// SPDX-License-Identifier: MIT
// policy/recovery/rack_tlp.hpp: RFC 8985, its steps one by one, on records that leave 1 ms apart over a path of 40 ms.
#include <doctest/doctest.h>

#include <array>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>

namespace {

using namespace sluice;

static_assert(recovery_policy<rack_tlp>);

constexpr std::uint32_t mss = 10;

template <class Recovery>
struct basic_episode {
    Recovery recovery;
    in_flight<std::array<in_flight_record, 64>> flight;
    seq una{0}, nxt{0};
    instant now{1s};
    duration srtt = 50ms, min_rtt = 40ms;
    instant rto_at = never;
    std::uint32_t target = 100 * mss;
    bool sampled = true;  // each ACK measures a round trip
    bool has_small = false;

    basic_episode() { recovery.on_start({.iss = seq(0) - 1, .sack = true}); }

    void sends(std::uint32_t segments = 1, transmission why = transmission::new_data) {
        for (; segments > 0; --segments, nxt += mss, now += 1ms) {
            flight.send(nxt, nxt + mss, now, false);
            recovery.on_sent({.now = now, .why = why, .begin = nxt, .length = mss, .mss = mss, .rto_at = rto_at},
                             flight);
        }
    }
    void sends_again() {
        const list_index i = flight.next_lost();
        REQUIRE(i != no_index);
        const seq begin = flight[i].begin;
        flight.resend(i, now);
        recovery.on_sent(
            {.now = now, .why = transmission::retransmission, .begin = begin, .length = mss, .mss = mss}, flight);
    }
    recovery_step hears(std::uint32_t ack, std::uint32_t begin = 0, std::uint32_t end = 0,
                        std::optional<sack_block> twice = {}) {
        const std::uint32_t newly_acked = seq(ack) - una;
        flight.acknowledge(seq(ack));
        una = seq(ack);
        const std::uint32_t newly_sacked = begin == end ? 0 : flight.mark_sacked(seq(begin), seq(end)).octets;
        return recovery.on_ack({.now = now,
                                .ack = una,
                                .nxt = nxt,
                                .newly_acked = newly_acked,
                                .newly_sacked = newly_sacked,
                                .delivered = newly_acked + newly_sacked,
                                .mss = mss,
                                .target = target,
                                .arrived_twice = twice,
                                .sampled = sampled,
                                .min_rtt = min_rtt,
                                .srtt = srtt,
                                .rto_at = rto_at,
                                .has_small = has_small},
                               flight);
    }
    /// The last segment leaves once more, two round trips later, as a probe.
    void probes() {
        REQUIRE(waits_for_deadline().probe);
        const list_index last = flight.last_segment(mss);
        const seq begin = flight[last].begin;
        flight.repeat(last, now);
        recovery.on_sent({.now = now, .why = transmission::tail_loss_probe, .begin = begin, .length = mss, .mss = mss},
                         flight);
    }
    recovery_step waits_for_deadline() {
        now = recovery.deadline();
        return recovery.on_deadline({.now = now, .nxt = nxt}, flight);
    }
    std::uint32_t lost() const { return flight.lost_octets(); }
};
using episode = basic_episode<rack_tlp>;

// ---- controls: one part switched off --------------------------------------------------------------------------------

/// Section 6.3: all is lost at a timeout, as RFC 6675 has it.
struct forgets_times : rack_tlp {
    void on_timeout(const recovery_timeout_report& r, auto& flight) {
        rack_tlp::on_timeout(r, flight);
        flight.mark_all_lost();
    }
};
/// Section 6.2 step 4: there is room for reordering from the first segment on, whatever is known.
struct always_leaves_room : rack_tlp {
    void on_start(const recovery_start_report& r) {
        rack_tlp::on_start(r);
        reordering_seen_ = true;
    }
};

}  // namespace

TEST_CASE("the reordering window is a quarter of the shortest round trip, more for each D-SACK, SRTT at the most") {
    episode e;
    e.sends(30);
    e.now += 40ms;
    e.hears(10);
    e.recovery.reordering_seen_ = true;
    for (const duration expected : {10ms, 20ms, 30ms, 40ms, 50ms, 50ms}) {
        CHECK(e.recovery.reordering_window() == expected);
        e.hears(e.una.number(), 0, 0, sack_block{e.una - mss, e.una});
        e.sends();  // a round trip later
        e.hears(e.nxt.number());
    }
}

TEST_CASE("a D-SACK widens the window once a round trip, and for sixteen recoveries") {
    episode e;
    e.sends(10);
    e.now += 40ms;
    e.hears(10, 0, 0, sack_block{seq(0), seq(10)});
    e.hears(20, 0, 0, sack_block{seq(10), seq(20)});
    CHECK(e.recovery.window_steps_ == 2);
    for (int i = 0; i < 16; ++i) {
        CHECK(e.recovery.window_steps_ == 2);
        e.recovery.recovering_ = true;
        e.recovery.recover_ = e.una;
        e.sends(1);
        e.hears(e.nxt.number());
    }
    CHECK(e.recovery.window_steps_ == 1);
}

TEST_CASE("control: what is to be remembered for more recoveries is there behind sixteen") {
    episode e;
    e.recovery.recoveries_to_remember = 17;
    e.sends(10);
    e.now += 40ms;
    e.hears(10, 0, 0, sack_block{seq(0), seq(10)});
    for (int i = 0; i < 16; ++i) {
        e.recovery.recovering_ = true;
        e.recovery.recover_ = e.una;
        e.sends(1);
        e.hears(e.nxt.number());
    }
    CHECK(e.recovery.window_steps_ == 2);
}

TEST_CASE("without reordering three reports, or an episode, leave no room for it") {
    episode e;
    e.sends(6);
    e.now = instant(1s) + 40ms;
    CHECK_FALSE(e.hears(0, 10, 20).entered);
    CHECK(e.recovery.reordering_window() == 10ms);
    CHECK_FALSE(e.hears(0, 20, 30).entered);
    CHECK(e.hears(0, 30, 40).entered);  // now it is zero, and the first left before what has come
    CHECK(e.lost() == mss);
}

TEST_CASE("three segments leave no room for it, either, when one ACK reports them all (RACK.segs_sacked, section 6.2 "
          "step 4)") {
    for (const std::uint32_t reported : {2u, 3u}) {
        episode e;
        e.sends(6);
        e.now = instant(1s) + 40ms;
        CHECK(e.hears(0, 10, 10 + reported * mss).entered == (reported == 3));
        CHECK(e.recovery.reordering_window() == (reported == 3 ? 0ms : 10ms));
    }
}

TEST_CASE("control: where three reports do not close the window, or nothing does, the first one is no loss yet") {
    const auto three_come = [](auto& e) {
        e.sends(6);
        e.now = instant(1s) + 40ms;
        e.hears(0, 10, 20), e.hears(0, 20, 30);
        CHECK_FALSE(e.hears(0, 30, 40).entered);
        CHECK(e.recovery.reordering_window() == 10ms);
        CHECK(e.lost() == 0);
    };
    episode counts_on;
    counts_on.recovery.without_sack.duplicate_threshold = 4;
    three_come(counts_on);
    CHECK(counts_on.hears(0, 40, 50).entered);
    basic_episode<always_leaves_room> roomy;
    three_come(roomy);
    CHECK_FALSE(roomy.hears(0, 40, 50).entered);
}

TEST_CASE("in an episode there is no room, either: what is missing below something that has come is lost at once") {
    const auto two_more_missing = [](auto& e) {
        e.sends(5);
        e.now = instant(1s) + 41ms;
        e.hears(0, 10, 20);
        CHECK(e.waits_for_deadline().entered);
        e.sends_again();
        e.hears(0, 40, 50);
        return e.lost();
    };
    episode e;
    CHECK(two_more_missing(e) == 3 * mss);
    basic_episode<always_leaves_room> roomy;  // control
    CHECK(two_more_missing(roomy) == mss);
}

TEST_CASE("what was sent before something that has arrived is lost a quarter of a round trip later, by time alone") {
    episode e;
    e.sends(2);
    e.now = instant(1s) + 41ms;
    CHECK_FALSE(e.hears(0, 10, 20).entered);
    CHECK(e.recovery.deadline() == instant(1s) + 40ms + 10ms);  // sent + RACK.rtt + reo_wnd
    const auto step = e.waits_for_deadline();
    CHECK(step.entered);
    CHECK(e.lost() == mss);
    CHECK(e.recovery.deadline() == never);
}

TEST_CASE("a segment that was sent once and comes behind later ones shows reordering") {
    episode e;
    e.sends(3);
    e.now = instant(1s) + 42ms;
    e.hears(0, 20, 30);
    CHECK_FALSE(e.recovery.reordering_seen_);
    e.hears(10, 20, 30);
    CHECK(e.recovery.reordering_seen_);
}

TEST_CASE("a retransmission that is lost again is found by what was sent after it") {
    episode e;
    e.sends(5);
    e.now = instant(1s) + 45ms;
    e.hears(0, 10, 20), e.hears(0, 20, 30);
    CHECK(e.hears(0, 30, 50).entered);
    e.sends_again();
    e.now += 1ms;
    e.sends(1);
    e.now += 40ms;
    const std::uint32_t before = e.lost();
    e.hears(0, 50, 60);
    CHECK(e.lost() == before + mss);
}

TEST_CASE("what arrives sooner than any round trip was the first transmission, and tells nothing of the second") {
    episode e;
    e.sends(5);
    e.now = instant(1s) + 45ms;
    e.hears(0, 10, 20), e.hears(0, 20, 30), e.hears(0, 30, 40);
    e.sends_again();
    const instant newest = e.recovery.newest_;
    e.now += 20ms;
    e.hears(40);
    CHECK(e.recovery.newest_ == newest);
}

TEST_CASE("a probe waits two round trips, 200 ms more for a single segment, and never beyond the timer") {
    episode e;
    e.sends(4);
    e.now = instant(1s) + 43ms;
    e.hears(20);
    CHECK(e.recovery.deadline() == e.now + 100ms);
    e.hears(30);
    CHECK(e.recovery.deadline() == e.now + 300ms);
    e.rto_at = e.now + 250ms;
    e.sends();
    CHECK(e.recovery.deadline() == e.now - 1ms + 100ms);
    e.hears(40);
    CHECK(e.recovery.deadline() == e.rto_at);
    e.hears(50);
    CHECK(e.recovery.deadline() == never);
}

TEST_CASE("less than two full segments may wait for the peer's ACK timer; a FIN makes no segment fuller") {
    for (const std::uint32_t text : {1u, mss, mss + 1, 2 * mss - 1, 2 * mss, 2 * mss + 1})
        for (const bool fin : {false, true}) {
            CAPTURE(text);
            CAPTURE(fin);
            episode e;
            e.has_small = text % mss != 0;
            e.sends(1);
            e.flight.send(e.nxt, e.nxt + text + (fin ? 1 : 0), e.now, false, fin);
            e.nxt += text + (fin ? 1 : 0);
            e.now += 40ms;
            e.hears(mss);
            CHECK(e.recovery.deadline() == e.now + (text < 2 * mss ? 300ms : 100ms));
        }
}

TEST_CASE("two segments from which options have taken room are two full ones; one is one, whatever it lacks") {
    for (const std::uint32_t text : {mss - 2, mss, mss + 1, 2 * mss - 4, 2 * mss - 1})
        for (const bool has_small : {false, true}) {
            CAPTURE(text);
            CAPTURE(has_small);
            episode e;
            e.has_small = has_small;
            e.sends(1);
            e.flight.send(e.nxt, e.nxt + text, e.now, false);
            e.nxt += text;
            e.now += 40ms;
            e.hears(mss);
            CHECK(e.recovery.deadline() == e.now + (text > mss && !has_small ? 100ms : 300ms));
        }
}

TEST_CASE("however short the round trip, no probe leaves within ten milliseconds") {
    for (const duration srtt : {1ms, 4ms, 5ms, 6ms}) {
        episode e;
        e.srtt = srtt;
        e.sends(3);
        e.hears(mss);
        CHECK(e.recovery.deadline() == e.now + std::max<duration>(10ms, 2 * srtt));
    }
}

TEST_CASE("one probe at a time, none while something is missing, none without a round trip since the last") {
    episode e;
    e.sends(3);
    e.now = instant(1s) + 42ms;
    e.hears(10);
    CHECK(e.waits_for_deadline().probe);
    e.sends(1, transmission::tail_loss_probe);
    CHECK(e.recovery.deadline() == never);
    e.sends(1);
    CHECK(e.recovery.deadline() == never);  // it is out
    e.now += 40ms;
    e.hears(40, 0, 0);
    CHECK(e.recovery.deadline() != never);  // answered
    e.hears(40, 0, 0);
    e.sends(2);
    e.hears(40, 60, 70);
    CHECK(e.recovery.deadline() != e.now + 100ms);  // RACK's, if any: there is a hole
}

TEST_CASE("an ACK that measures no round trip lets no further probe out (section 7.3)") {
    episode e;
    e.sends(3);
    e.now = instant(1s) + 42ms;
    e.hears(10);
    REQUIRE(e.waits_for_deadline().probe);
    e.sends(1, transmission::tail_loss_probe);
    e.sampled = false;
    e.hears(40);
    e.sends(2);
    CHECK(e.recovery.deadline() == never);
    e.sampled = true;
    e.hears(50);
    CHECK(e.waits_for_deadline().probe);
}

TEST_CASE("a probe that repeats has repaired a loss when more than it is acknowledged, unless it arrived twice "
          "(section 7.4.2)") {
    for (const bool twice : {false, true}) {
        CAPTURE(twice);
        episode e;
        e.sends(2);
        e.now = instant(1s) + 41ms;
        e.hears(10);
        e.probes();
        CHECK(e.flight.pipe() == 2 * mss);
        e.now += 40ms;
        if (twice) e.hears(20, 0, 0, sack_block{seq(10), seq(20)});
        else CHECK_FALSE(e.hears(20).repaired);  // the first transmission may only have been late
        e.sends(1);
        CHECK(e.hears(30).repaired == !twice);
        CHECK_FALSE(e.recovery.in_recovery());
    }
}

TEST_CASE("what a probe has shown to be lost is an episode's; the ACK of the probe tells of no second loss") {
    episode e;
    e.sends(5);
    e.now = instant(1s) + 45ms;
    e.hears(10);
    e.probes();
    e.now += 40ms;
    CHECK(e.hears(10, 40, 50).entered);
    for (int i = 0; i < 3; ++i) e.sends_again();
    e.now += 40ms;
    CHECK_FALSE(e.hears(50).repaired);
    e.sends(1);
    CHECK_FALSE(e.hears(60).repaired);
}

TEST_CASE("a D-SACK from the last episode does not take back the reduction for what a probe has repaired since") {
    for (const bool probe : {false, true}) {
        CAPTURE(probe);
        episode e;
        e.sends(5);
        e.now = instant(1s) + 45ms;
        REQUIRE(e.hears(0, 10, 50).entered);
        e.sends_again();
        e.now += 40ms;
        e.hears(50);
        e.sends(3);
        if (probe) e.probes();
        e.now += 40ms;
        e.hears(80);
        e.sends(1);
        CHECK(e.hears(90).repaired == probe);
        const reduction taken_back = e.hears(90, 0, 0, sack_block{seq(0), seq(10)}).needless;
        CHECK(taken_back == (probe ? reduction::none : reduction::episode));
    }
}

namespace {

/// Two are out for a second, and a third for this long, when the timer expires; the round trip was 42 ms.
void times_out(auto& e, duration newest = 1ms) {
    e.sends(3);
    e.now = instant(1s) + 42ms;
    e.hears(10);
    e.now += 1s;
    e.sends(1);
    e.now += newest - 1ms;
    e.recovery.forward.enabled = false;
    e.recovery.on_timeout({.now = e.now, .nxt = e.nxt}, e.flight);
}

}  // namespace

TEST_CASE("a timeout takes for lost what is late by the same measure; the rest may arrive (section 6.3)") {
    episode e;
    times_out(e);
    CHECK(e.lost() == 2 * mss);
    CHECK(e.recovery.after_timeout());
    CHECK(e.recovery.deadline() == never);
    basic_episode<forgets_times> all;  // control
    times_out(all);
    CHECK(all.lost() == 3 * mss);
}

TEST_CASE("behind a timeout there is no room for reordering: what is out for a round trip is late (section 6.2)") {
    episode e;
    times_out(e, 42ms);
    CHECK(e.lost() == 3 * mss);
    episode younger;
    times_out(younger, 41ms);
    CHECK(younger.lost() == 2 * mss);
    basic_episode<always_leaves_room> roomy;  // control
    times_out(roomy, 42ms);
    CHECK(roomy.lost() == 2 * mss);
}

TEST_CASE("with F-RTO nothing but the first one is lost before it is known whether anything is; then the late ones") {
    episode e;
    e.sends(4);
    e.now = instant(1s) + 41ms;
    e.hears(10);
    e.now += 1s;
    e.recovery.on_timeout({.now = e.now, .nxt = e.nxt}, e.flight);
    CHECK(e.lost() == 0);  // the first one is the connection's to mark
    e.flight.mark_lost(e.flight.first());
    e.sends_again();
    e.now += 40ms;
    e.hears(20);  // no timestamps, and nothing new to send: the rest is lost
    CHECK(e.lost() == 3 * mss);
}

// RFC 8985 section 6.1: of what left in one instant, as a clock of some grain or a super-segment has it, the end tells
// which one is the later. So it is with a retransmission that in truth left behind new data: it is taken for lost.
TEST_CASE("of two that left in the same instant the one that ends later is the later one, sent again or not") {
    for (const bool left_behind : {false, true}) {
        CAPTURE(left_behind);
        episode e;
        e.sends(5);
        e.now = instant(1s) + 45ms;
        e.hears(0, 10, 20), e.hears(0, 20, 30);
        CHECK(e.hears(0, 30, 50).entered);
        const instant at = e.now;
        if (!left_behind) e.sends_again();
        e.sends(1);
        e.now = at;
        if (left_behind) e.sends_again();
        CHECK(e.lost() == mss);
        e.now = at + 40ms;
        e.hears(0, 50, 60);
        CHECK(e.lost() == 2 * mss);
    }
}

// RFC 9937's way down, for marks too: of fifty in flight thirty-five are to stay.
TEST_CASE("marks reduce the window with nothing lost: for ten ACKs seven segments leave, until it is come to") {
    episode e;
    e.target = 35 * mss;
    std::uint32_t out = 0;
    const auto send_all = [&] {
        while (e.recovery.quota({.target = e.target, .pipe = e.flight.pipe(), .mss = mss}) >= mss) e.sends(), ++out;
    };
    e.sends(50);
    e.hears(mss);
    e.recovery.on_marks({.now = e.now, .target = e.target, .pipe = e.flight.pipe(), .delivered = mss, .mss = mss});
    send_all();
    for (std::uint32_t acked = 2; acked <= 50; ++acked) {
        e.hears(acked * mss);
        send_all();
        CHECK(out <= acked * 7 / 10);
        CHECK(out + 1 >= acked * 7 / 10);  // at the end of the way there is nothing left to spread
    }
    CHECK(e.flight.pipe() == e.target);
    e.hears(51 * mss);
    send_all();
    CHECK(out == 36);  // from here on one for one
    CHECK_FALSE(e.recovery.in_recovery());
}

TEST_CASE("marks change nothing where no more is out than the window, nor in an episode or behind a timeout") {
    episode e;
    e.target = 35 * mss;
    const auto marks = [&] {
        e.recovery.on_marks({.now = e.now, .target = e.target, .pipe = e.flight.pipe(), .delivered = mss, .mss = mss});
        return e.recovery.marked_;
    };
    e.sends(36);
    e.hears(mss);
    CHECK_FALSE(marks());
    e.sends(5);
    CHECK(marks());
    e.recovery.on_timeout({.now = e.now, .nxt = e.nxt}, e.flight);
    CHECK_FALSE(e.recovery.marked_);
    CHECK_FALSE(marks());
}
