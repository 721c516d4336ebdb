// SPDX-License-Identifier: MIT
// policy/recovery/newreno_recovery.hpp, one ACK after the other: RFC 6582, RFC 5681 section 3.2, RFC 3042. The test
// plays connection and congestion policy: ten segments of 1000 octets are out, the window is theirs, and halves with
// the episode.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/recovery/newreno_recovery.hpp>

#include <array>
#include <vector>

namespace {

using namespace sluice;

static_assert(recovery_policy<newreno_recovery>);

constexpr std::uint32_t mss = 1000;

struct sender {
    newreno_recovery recovery{};
    in_flight<std::array<in_flight_record, 64>> flight{};
    seq una{1}, nxt{1};
    std::uint32_t target = 10 * mss;
    instant now{};

    explicit sender(std::uint32_t segments = 10, bool one_burst = false) {
        recovery.on_start({.iss = seq(0)});
        send(segments, one_burst);
    }

    void send(std::uint32_t segments, bool one_burst = false) {
        for (std::uint32_t i = 0; i < segments; ++i) {
            if (!one_burst) now += 1us;
            flight.send(nxt, nxt + mss, now, true);
            nxt += mss;
        }
    }

    recovery_step duplicate() {
        return on_ack({.ack = una, .nxt = nxt, .mss = mss, .target = target, .duplicate = true});
    }
    std::vector<recovery_step> duplicates(int count) {
        std::vector<recovery_step> out;
        for (int i = 0; i < count; ++i) out.push_back(duplicate());
        return out;
    }

    /// The peer acknowledges so many segments more.
    recovery_step advance(std::uint32_t segments) { return advance_octets(segments * mss); }
    recovery_step advance_octets(std::uint32_t octets) {
        una += octets;
        flight.acknowledge(una);
        return on_ack({.ack = una, .nxt = nxt, .newly_acked = octets, .mss = mss, .target = target});
    }

    /// What connection does with a segment that must leave at once.
    seq retransmit() {
        const list_index i = flight.next_lost();
        REQUIRE(i != no_index);
        flight.resend(i, now += 1us);
        return flight[i].begin;
    }

    void time_out() {
        recovery.on_timeout(recovery_timeout_report{.nxt = nxt}, flight);
        target = mss;
    }

    /// Segments that may leave.
    std::uint32_t quota() const {
        return recovery.quota({.target = target, .pipe = flight.pipe(), .flight = nxt - una, .mss = mss}) / mss;
    }

private:
    recovery_step on_ack(const recovery_ack_report& r) {
        const recovery_step step = recovery.on_ack(r, flight);
        if (step.entered) target = 5 * mss;  // ssthresh
        return step;
    }
};

/// Three duplicates and the retransmission they cause.
sender in_recovery() {
    sender s;
    s.duplicates(3);
    s.retransmit();
    return s;
}

}  // namespace

TEST_CASE("two duplicate ACKs each let one new segment out beyond the window, and mark nothing lost") {
    sender s;
    CHECK(s.quota() == 0);
    for (std::uint32_t i = 1; i <= 2; ++i) {
        const auto step = s.duplicate();
        CHECK_FALSE(step.entered);
        CHECK_FALSE(step.retransmit_now);
        CHECK(s.quota() == i);
    }
    CHECK(s.flight.pipe() == 10 * mss);
    CHECK_FALSE(s.recovery.in_recovery());
    // RFC 3042: what was sent so counts against the same allowance.
    s.send(2);
    CHECK(s.quota() == 0);
}

TEST_CASE("without limited transmit two duplicate ACKs let nothing out") {
    sender s;
    s.recovery.limited_transmit = false;
    s.duplicates(2);
    CHECK(s.quota() == 0);
}

TEST_CASE("the third duplicate ACK begins an episode: one segment is lost and leaves at once") {
    sender s;
    const auto third = s.duplicates(3).back();
    CHECK(third.entered);
    CHECK(third.retransmit_now);
    CHECK(third.limited_transmit == 0);
    CHECK(s.recovery.in_recovery());
    CHECK(s.retransmit() == seq(1));
    CHECK(s.flight.lost_octets() == mss);
    CHECK(s.flight.next_lost() == no_index);
}

TEST_CASE("what limited transmit sent is told, since FlightSize does not count it") {
    sender s;
    s.duplicate();
    s.send(1);
    s.duplicate();
    s.send(1);
    CHECK(s.duplicate().limited_transmit == 2 * mss);
}

TEST_CASE("a burst is cut, so that only its first segment is lost") {
    sender s(10, true);
    CHECK(s.flight.first() == s.flight.last());
    s.duplicates(3);
    CHECK(s.flight.lost_octets() == mss);
    CHECK(s.flight[s.flight.first()].length() == mss);
}

TEST_CASE("in recovery the window is ssthresh and one segment for each duplicate ACK, against the whole flight") {
    sender s = in_recovery();
    // ssthresh 5 + 3 for the first duplicates = 8; 10 are out. RFC 5681 section 3.2 steps 3 to 5.
    CHECK(s.quota() == 0);
    s.duplicates(2);
    CHECK(s.quota() == 0);
    for (std::uint32_t i = 1; i <= 4; ++i) {
        const auto step = s.duplicate();
        CHECK_FALSE(step.entered);
        CHECK_FALSE(step.retransmit_now);
        CHECK(s.quota() == i);
    }
}

TEST_CASE("a partial ACK sends the next hole, deflates by what it covers less one segment, and only the first restarts "
          "the timer") {
    sender s = in_recovery();
    s.duplicates(6);  // nine in all, for segments 2 to 10: window 5 + 9
    CHECK(s.quota() == 4);
    s.send(4);
    // The retransmission fills the hole up to segment 4: three acknowledged.
    const auto first = s.advance(3);
    CHECK(first.retransmit_now);
    CHECK_FALSE(first.entered);
    CHECK_FALSE(first.keep_timer);
    CHECK(s.retransmit() == seq(1 + 3 * mss));
    // RFC 6582 step 3B: window 14 - 3 + 1 = 12, out are 14 - 3 = 11.
    CHECK(s.quota() == 1);
    const auto second = s.advance(1);
    CHECK(second.retransmit_now);
    CHECK(second.keep_timer);
    CHECK(s.retransmit() == seq(1 + 4 * mss));
    CHECK(s.quota() == 2);  // 12 - 1 + 1 against 10
}

TEST_CASE("a partial ACK of less than a segment adds nothing back") {
    sender s = in_recovery();
    s.duplicates(3);  // 5 + 6
    s.advance_octets(500);
    CHECK(s.recovery.quota({.target = 5 * mss, .pipe = 0, .flight = 0, .mss = mss}) == 5 * mss + 6 * mss - 500);
}

TEST_CASE("a partial ACK deflates to ssthresh at the lowest") {
    sender s = in_recovery();  // 5 + 3
    s.advance(6);
    CHECK(s.recovery.quota({.target = 5 * mss, .pipe = 0, .flight = 0, .mss = mss}) == 6 * mss);  // and the one segment
}

TEST_CASE("the ACK of all that was out ends the episode without a burst, and the flight grows back to the window") {
    sender s = in_recovery();
    s.target = 5 * mss;
    s.advance(10);
    CHECK_FALSE(s.recovery.in_recovery());
    // RFC 6582 section 3.2 step 3, first option: min(ssthresh, max(FlightSize, SMSS) + SMSS), with nothing out: two.
    CHECK(s.quota() == 2);
    s.send(2);
    s.advance(1);
    CHECK(s.quota() == 2);  // three, one out
    s.send(2);
    s.advance(3);
    CHECK(s.quota() == 5);  // six would be more than the window
    s.send(5);
    s.target = 20 * mss;
    CHECK(s.quota() == 15);  // and the ceiling is gone for good
}

TEST_CASE("an episode that ends with more out than the window lets nothing out until that is acknowledged") {
    sender s = in_recovery();
    s.duplicates(9);
    s.send(7);  // window 5 + 12
    s.advance(10);
    CHECK_FALSE(s.recovery.in_recovery());
    CHECK(s.quota() == 0);
    s.advance(2);
    CHECK(s.quota() == 0);
    s.advance(1);
    CHECK(s.quota() == 1);
}

TEST_CASE("recover stands at what was out when the episode began, not at what was sent during it") {
    sender s = in_recovery();
    s.duplicates(6);
    s.send(4);
    CHECK(s.advance(9).retransmit_now);  // segment 10 of the first ten
    CHECK(s.recovery.in_recovery());
    CHECK_FALSE(s.advance(1).retransmit_now);
    CHECK_FALSE(s.recovery.in_recovery());
}

TEST_CASE("an ACK of new data begins the count of duplicates anew") {
    sender s;
    s.duplicates(2);
    s.advance(1);
    CHECK(s.quota() == 1);
    CHECK_FALSE(s.duplicates(2).back().entered);
    CHECK(s.duplicate().entered);
}

TEST_CASE("what is no duplicate changes nothing") {
    sender s;
    s.duplicates(2);
    for (int i = 0; i < 5; ++i)
        CHECK_FALSE(s.recovery.on_ack({.ack = s.una, .nxt = s.nxt, .mss = mss, .target = s.target}, s.flight).entered);
    CHECK(s.duplicate().entered);
}

TEST_CASE("a timeout loses everything, and duplicates of what it sends again begin no episode") {
    sender s = in_recovery();
    s.time_out();
    CHECK_FALSE(s.recovery.in_recovery());
    CHECK(s.recovery.after_timeout());
    CHECK(s.flight.pipe() == 0);
    CHECK(s.retransmit() == seq(1));
    CHECK(s.quota() == 0);
    // RFC 6582 section 4: the ACKs of needless retransmissions look like loss. And limited transmit stays silent.
    s.advance(1);
    s.target = 2 * mss;
    s.retransmit();
    s.retransmit();
    for (const auto& step : s.duplicates(5)) {
        CHECK_FALSE(step.entered);
        CHECK_FALSE(step.retransmit_now);
    }
    CHECK(s.quota() == 0);
    // All that was out at the timeout is acknowledged: back to normal.
    s.advance(9);
    CHECK_FALSE(s.recovery.after_timeout());
    s.send(2);
    s.advance(1);
    s.send(8);
    CHECK(s.duplicates(3).back().entered);
}

TEST_CASE("duplicates of recover itself begin an episode only if the last ACK advanced by at most four segments") {
    // RFC 6582 section 4.1: a large step tells that the receiver had it all, so that the duplicates are of needless
    // copies.
    for (const auto& [step, enters] : {std::pair{1u, true}, {4u, true}, {5u, false}, {10u, false}}) {
        sender s = in_recovery();
        if (step < 10) s.advance(10 - step);
        s.advance(step);  // exactly recover
        s.send(5);
        CHECK(s.duplicates(3).back().entered == enters);
    }
    // With a window of one segment there is nothing that duplicates could come from.
    sender s = in_recovery();
    s.advance(9);
    s.advance(1);
    s.send(5);
    s.target = mss;
    CHECK_FALSE(s.duplicates(3).back().entered);
}

TEST_CASE("beyond recover every third duplicate begins an episode, whatever the last step was") {
    sender s = in_recovery();
    s.send(1);
    s.advance(11);
    s.send(5);
    CHECK(s.duplicates(3).back().entered);
}

TEST_CASE("recover does not come round to lie ahead again after 2 GiB without a loss") {
    sender s = in_recovery();
    s.advance(10);
    for (int i = 0; i < 9; ++i) {
        s.nxt += 1u << 28;
        s.una = s.nxt - 10 * mss;
        s.recovery.on_ack({.ack = s.una, .nxt = s.nxt, .newly_acked = 1u << 28, .mss = mss, .target = s.target},
                          s.flight);
        CHECK(s.recovery.recover_ <= s.una);
    }
}
