// SPDX-License-Identifier: MIT
// RFC 5682 (F-RTO), RFC 3522 (Eifel detection), RFC 4015 (the response) and D-SACK: a reduction for nothing is taken
// back. Seen on the wire with rack_tlp, with SACK and without, with timestamps and without.
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>

#include "support/option_mixes.hpp"

using namespace sluice;

namespace {

using taking_back = tcp<testing::gate_audit, fixed_buffers<>, reno, rack_tlp>;

constexpr duration rtt = 40ms;

/// A handshake over a path of that length.
void establish_over(auto& b) {
    REQUIRE(b.connect());
    b.wait(rtt);
    b.arrives(
        {.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460, .options = b.peer_offers});
    b.take();
}

/// Ten segments are out, which is the window, and ten more wait; nothing has come back for as long as the timer runs.
struct timed_out : lab::mixed<taking_back> {
    std::uint32_t value = 0;  // of the timestamps of the ten
    duration timeout{};

    explicit timed_out(lab::option_mix m, settings s = {}) : mixed(m, quiet(s)) {
        establish_over(*this);
        REQUIRE(send(lab::text(20 * each)));
        REQUIRE(left().size() == 10);
        if (m.timestamps) value = value_of(at(0));
        const instant began = now;
        REQUIRE(wait_for_deadline());
        REQUIRE(left() == lab::numbers{0});
        timeout = now - began;
        wait(20ms);
    }
    static settings quiet(settings s) {
        s.recovery.probes = false;  // or a probe leaves before the timer expires
        return s;
    }

    lab::numbers gets_the_first(std::uint32_t n) {
        reaches(at(n), at(n + 1), value);
        return left();
    }
    std::uint32_t window_in_segments() const { return block().congestion.window() / each; }
};

}  // namespace

TEST_CASE("RFC 5682, RFC 3522: all was only late: nothing more is sent again, and the window is what it was") {
    const auto mix = lab::each_mix();
    timed_out b(mix);
    CHECK(b.window_in_segments() == 1);
    if (mix.timestamps) {
        CHECK(b.gets_the_first(0) == lab::numbers{10});  // told at once: nine in flight, and one more for the ACK
    } else {
        CHECK(b.gets_the_first(0) == lab::numbers{10, 11});  // step 2b
        CHECK(b.gets_the_first(1) == lab::numbers{});        // ten are in flight: the window that was
    }
    CHECK(b.window_in_segments() == 10);
    CHECK(b.endpoint.count().timeouts_undone == 1);
    CHECK(b.block().congestion.ssthresh() == largest_window);  // slow start had not ended
    for (const std::uint32_t n : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u}) b.gets_the_first(n);
    CHECK(b.endpoint.count().retransmitted == 1);
    CHECK(b.endpoint.count().timeouts == 1);
}

TEST_CASE("RFC 5682: all was lost: what leaves again is what would have left without, a round trip later at most") {
    const auto mix = lab::each_mix();
    timed_out b(mix);
    if (mix.timestamps) {
        CHECK(b.gets(0) == lab::numbers{1, 2});  // told at once by the echo
    } else {
        CHECK(b.gets(0) == lab::numbers{10, 11});
        // What was new has arrived, what was old has not; without SACK it is not known that what was new has.
        b.wait(rtt);
        CHECK(b.gets(10) == (mix.sack ? lab::numbers{1} : lab::numbers{1, 2}));
    }
    CHECK(b.endpoint.count().timeouts_undone == 0);
    CHECK(b.block().congestion.ssthresh() == 5 * b.each);  // of ten, without what limited transmit let out
}

TEST_CASE("RFC 5682: with F-RTO, timestamps and D-SACK all off a late flight is sent again (control)") {
    timed_out b(
        {.sack = true, .timestamps = true},
        {.recovery = {.doubts = {.by_timestamps = false, .by_duplicates = false}, .forward = {.enabled = false}}});
    CHECK(b.gets_the_first(0) == lab::numbers{1, 2});
    CHECK(b.endpoint.count().timeouts_undone == 0);
    CHECK(b.window_in_segments() == 2);
}

TEST_CASE("RFC 5682: where nothing new can be sent, the first ACK makes the old leave as ever") {
    const auto mix = lab::each_mix();
    if (mix.timestamps) return;
    timed_out b(mix);
    b.window = 0;
    CHECK(b.gets_the_first(0) == lab::numbers{});
    b.window = 65535;
    CHECK_FALSE(b.block().recovery.forward.undecided());
}

TEST_CASE("RFC 4015: the timer learns from the round trip that it was too short for, and is not backed off any more") {
    const auto mix = lab::each_mix();
    timed_out b(mix);
    const duration waited = b.timeout + 20ms;  // since the first of the ten left
    b.gets_the_first(0);
    if (!mix.timestamps) b.gets_the_first(1);
    REQUIRE(b.endpoint.count().timeouts_undone == 1);
    const auto srtt = *b.block().rtt.srtt(), rttvar = *b.block().rtt.rttvar();
    CHECK(srtt >= waited - 1ms);  // a tick of the timestamps' clock
    CHECK(srtt <= waited);
    CHECK(rttvar >= srtt / 2 - 1ms);
    CHECK(b.block().rtt.rto() == srtt + 4 * rttvar);
}

TEST_CASE("RFC 5682 step 3b: who acknowledges in pieces what the timeout sent again gets no window for it") {
    for (const bool sack : {false, true}) {
        timed_out b({.sack = sack});
        b.acks(b.at(0) + 300);
        b.acks(b.at(0) + 600);
        CHECK(b.endpoint.count().timeouts_undone == 0);
        CHECK(b.block().congestion.ssthresh() == 5 * b.each);
    }
}

TEST_CASE("D-SACK: each octet that left again has arrived twice: the reduction is taken back, and only then") {
    timed_out b({.sack = true, .timestamps = false}, {.recovery = {.forward = {.enabled = false}}});
    lab::numbers again{0};
    for (std::uint32_t n = 0; n < 10; ++n)
        for (const std::uint32_t gone : b.gets_the_first(n))
            if (gone < 10) again.push_back(gone);
    CHECK(again.size() > 2);
    for (const std::uint32_t n : again) {
        CHECK(b.endpoint.count().timeouts_undone == 0);
        b.gets(n);
    }
    CHECK(b.endpoint.count().timeouts_undone == 1);
}

TEST_CASE("an episode for what was only late is taken back by the ACK that shows it, and PRR ends") {
    const auto mix = lab::each_sack_mix();
    lab::mixed<taking_back> b(mix);
    establish_over(b);
    REQUIRE(b.send(lab::text(30 * b.each)));
    REQUIRE(b.left().size() == 10);
    const std::uint32_t value = mix.timestamps ? b.value_of(b.at(0)) : 0;
    b.wait(40ms);
    b.gets({1, 2, 3});
    REQUIRE(b.endpoint.count().recoveries == 1);
    REQUIRE(b.block().congestion.window() < 10 * b.each);
    b.wait(5ms);
    b.reaches(b.at(0), b.at(1), value);
    b.take();
    if (!mix.timestamps) {
        CHECK(b.endpoint.count().recoveries_undone == 0);
        b.gets(0);  // D-SACK
    }
    CHECK(b.endpoint.count().recoveries_undone == 1);
    CHECK_FALSE(b.block().recovery.in_recovery());
    CHECK(b.block().congestion.ssthresh() == largest_window);
    CHECK(b.block().congestion.window() >= b.block().snd.flight());
}

TEST_CASE("an episode for what was lost is not taken back") {
    const auto mix = lab::each_sack_mix();
    lab::mixed<taking_back> b(mix);
    establish_over(b);
    REQUIRE(b.send(lab::text(30 * b.each)));
    REQUIRE(b.left().size() == 10);
    b.wait(40ms);
    b.gets({1, 2, 3});
    b.wait(40ms);
    b.gets(0);
    CHECK(b.endpoint.count().recoveries == 1);
    CHECK(b.endpoint.count().recoveries_undone == 0);
    CHECK(b.block().congestion.ssthresh() == 5 * b.each);  // of ten, without what limited transmit let out
}
