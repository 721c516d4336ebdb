// SPDX-License-Identifier: MIT
// policy/recovery/sack_recovery.hpp: when an episode begins and ends (RFC 6675 section 5), and NextSeg's rules.
#include <doctest/doctest.h>

#include <array>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

namespace {

using namespace sluice;

static_assert(recovery_policy<sack_recovery>);

struct episode {
    sack_recovery recovery;
    in_flight<std::array<in_flight_record, 32>> flight;
    seq una{0}, nxt{0};

    explicit episode(bool sack = true) { recovery.on_start({.iss = seq(0) - 1, .sack = sack}); }
    void sends(std::uint32_t segments) {
        for (; segments > 0; --segments, nxt += 10) flight.send(nxt, nxt + 10, instant(1ms * nxt.number()), false);
    }
    recovery_step hears(std::uint32_t ack, std::uint32_t begin = 0, std::uint32_t end = 0) {
        const std::uint32_t newly_acked = seq(ack) - una;
        flight.acknowledge(seq(ack));
        una = seq(ack);
        const std::uint32_t newly_sacked = begin == end ? 0 : flight.mark_sacked(seq(begin), seq(end)).octets;
        return recovery.on_ack({.ack = una,
                                .nxt = nxt,
                                .newly_acked = newly_acked,
                                .newly_sacked = newly_sacked,
                                .mss = 10,
                                .target = 100,
                                .duplicate = newly_acked == 0},
                               flight);
    }
    quota_report quota() const { return {.target = 100, .pipe = flight.pipe(), .flight = nxt - una, .mss = 10}; }
};

}  // namespace

TEST_CASE(
    "an episode begins when the first octet in flight is lost, and ends when all that was out then is acknowledged") {
    episode e;
    e.sends(10);
    CHECK_FALSE(e.hears(0, 10, 20).entered);
    CHECK_FALSE(e.hears(0, 20, 30).entered);
    const auto step = e.hears(0, 30, 40);
    CHECK(step.entered);
    CHECK(step.retransmit_now);
    CHECK(e.recovery.in_recovery());
    CHECK_FALSE(e.hears(0, 40, 50).entered);
    e.sends(1);
    e.hears(99);
    CHECK(e.recovery.in_recovery());
    e.hears(100);
    CHECK_FALSE(e.recovery.in_recovery());
}

TEST_CASE("three ACKs with news begin one, although less than two segments are reported above") {
    episode e;
    e.sends(10);
    CHECK_FALSE(e.hears(0, 10, 11).entered);
    CHECK_FALSE(e.hears(0, 11, 12).entered);
    CHECK(e.hears(0, 12, 13).entered);
    CHECK(e.flight[e.flight.next_lost()].begin == seq(0));
}

TEST_CASE("duplicate ACKs that report nothing new count for nothing") {
    episode e;
    e.sends(10);
    for (int i = 0; i < 10; ++i) CHECK_FALSE(e.hears(0).entered);
}

TEST_CASE(
    "after a timeout no episode begins before all that was out then is acknowledged; what was reported stays so") {
    episode e;
    e.sends(10);
    e.hears(0, 10, 20);
    e.recovery.on_timeout({.nxt = e.nxt}, e.flight);
    CHECK(e.flight.pipe() == 0);
    CHECK(e.flight.sacked_octets() == 10);
    CHECK_FALSE(e.hears(0, 30, 70).entered);
    CHECK(e.recovery.after_timeout());
    e.hears(100);
    CHECK_FALSE(e.recovery.after_timeout());
}

TEST_CASE(
    "the quota is target less pipe; rules 3 and 4 are for an episode, and 4 for once, after an ACK past its start") {
    episode e;
    e.sends(10);
    CHECK(e.recovery.quota(e.quota()) == 0);
    CHECK_FALSE(e.recovery.find_more(e.quota(), e.flight));
    e.hears(0, 10, 40);
    e.hears(0, 60, 70);
    e.flight.resend(e.flight.next_lost(), instant(1s));  // 0
    REQUIRE(e.flight.next_lost() == no_index);           // 40 to 60: only 10 octets and one run are above
    CHECK(e.recovery.find_more(e.quota(), e.flight));    // rule 3
    CHECK(e.flight[e.flight.next_lost()].begin == seq(40));
    e.flight.resend(e.flight.next_lost(), instant(1s));
    CHECK(e.recovery.find_more(e.quota(), e.flight));
    CHECK(e.flight[e.flight.next_lost()].begin == seq(50));
    e.flight.resend(e.flight.next_lost(), instant(1s));
    CHECK_FALSE(e.recovery.find_more(e.quota(), e.flight));  // rule 4 waits
    e.hears(10);
    CHECK_FALSE(e.recovery.find_more(e.quota(), e.flight));  // for more than the first retransmission
    e.hears(50);
    CHECK(e.recovery.find_more(e.quota(), e.flight));
    CHECK(e.flight[e.flight.next_lost()].begin == seq(90));
    e.flight.resend(e.flight.next_lost(), instant(1s));
    CHECK_FALSE(e.recovery.find_more(e.quota(), e.flight));
}

TEST_CASE("a peer without SACK gets NewReno") {
    episode e(false);
    e.sends(10);
    e.hears(0);
    e.hears(0);
    CHECK(e.recovery.quota({.target = 100, .pipe = 100, .flight = 100, .mss = 10}) == 20);  // limited transmit
    CHECK(e.hears(0).entered);
    CHECK(e.recovery.in_recovery());
    CHECK_FALSE(e.recovery.find_more(e.quota(), e.flight));
    e.recovery.on_timeout({.nxt = e.nxt}, e.flight);
    CHECK(e.recovery.after_timeout());
}
