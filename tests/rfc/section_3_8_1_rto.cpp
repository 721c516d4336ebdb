// SPDX-License-Identifier: MIT
// RFC 9293 section 3.8.1: the retransmission timeout of RFC 6298, seen on the wire. The estimator's own numbers stand
// in tests/policy. Each case runs with SACK and without, with timestamps and without.
#include "support/option_mixes.hpp"

using namespace sluice;
using mixed = lab::mixed<classic_tcp>;

namespace {

using settings = mixed::settings;

/// The RFC's own floor (2.4), and nothing gives up.
settings patient() {
    settings s;
    s.rtt.floor = 1s;
    s.limits.syn_time = no_time_limit;
    s.limits.connection.r2 = no_limit;
    s.limits.user_timeout = no_time_limit;
    return s;
}

/// A handshake that takes this long at both ends.
void establish_in(mixed& b, duration rtt) {
    REQUIRE(b.connect());
    b.wait(rtt);
    b.arrives({.flags = flag::syn | flag::ack,
               .sequence = 0,
               .acknowledgment = 1,
               .mss = 1460,
               .options = b.peer_offers});
    b.take();
}

/// One segment there and its ACK back.
void round_trip(mixed& b, duration rtt) {
    REQUIRE(b.send(lab::text(100)));
    b.wait(rtt);
    REQUIRE(b.take_one().text.size() == 100);
    b.acks(b.next_ack());
}

/// How long after it is sent an unanswered segment is sent again.
duration timeout_of(mixed& b) {
    REQUIRE(b.send(lab::text(100)));
    const instant sent = b.take_one().at;
    REQUIRE(b.wait_for_deadline());
    return b.take_one().at - sent;
}

void check_near(duration is, duration should) { CHECK(std::chrono::abs(is - should) < 1us); }

}  // namespace

TEST_CASE("MUST-18 the RTO is 1 s before anything is measured") {
    mixed b(lab::each_mix());
    REQUIRE(b.connect());
    b.wait(1s - 1ns);
    CHECK(b.take().size() == 1);
    b.wait(1ns);
    CHECK(b.take_one().flags == flag::syn);
}

TEST_CASE("MUST-18 the RTO follows round trips of 100, 120, 80, 150 and 100 ms as RFC 6298 computes it") {
    mixed b(lab::each_mix());
    establish_in(b, 100ms);
    check_near(b.block().rtt.rto(), 300ms);  // SRTT + 4 RTTVAR = R + 4 R/2
    round_trip(b, 120ms);
    check_near(b.block().rtt.rto(), 272'500us);
    round_trip(b, 80ms);
    check_near(b.block().rtt.rto(), 249'687'500ns);
    round_trip(b, 150ms);
    check_near(b.block().rtt.rto(), 268'789'063ns);
    round_trip(b, 100ms);
    check_near(timeout_of(b), 233'315'430ns);
}

TEST_CASE("MUST-18 constant round trips shrink the RTO to the floor: 200 ms as practised, 1 s as RFC 6298 has it") {
    const lab::option_mix mix = lab::each_mix();
    mixed practised(mix), by_the_book(mix, patient());
    for (auto* b : {&practised, &by_the_book}) {
        establish_in(*b, 100ms);
        for (int i = 0; i < 10; ++i) round_trip(*b, 100ms);
    }
    CHECK(timeout_of(practised) == 200ms);
    CHECK(timeout_of(by_the_book) == 1s);
}

TEST_CASE("MUST-18 Karn: the ACK of what was sent twice is no sample, and the timeout stays backed off") {
    mixed b(lab::each_mix());
    establish_in(b, 100ms);
    REQUIRE(b.send(lab::text(100)));
    const std::uint32_t first_value = b.value_of(1);
    b.take();
    b.wait(300ms);
    REQUIRE(b.take().size() == 1);
    b.wait(1ms);
    // Of the first transmission or the second? A sample would be 1 ms or 301 ms. With timestamps the echo tells that it
    // is of the first (RFC 7323 section 4; RFC 6298 section 3): RTTVAR = 3/4 * 50 + 1/4 * 201, SRTT = 7/8 * 100 + 1/8 *
    // 301 ms.
    tcp_options echo;
    if (b.mix.timestamps) echo.timestamps = {.value = b.peer_clock(), .echo = first_value};
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 101, .options = echo});
    if (b.mix.timestamps) {
        CHECK(b.block().rtt.srtt() == 125'125us);
        CHECK(b.block().rtt.rto() == 476'125us);
        CHECK(timeout_of(b) == 476'125us);
        return;
    }
    CHECK(b.block().rtt.srtt() == 100ms);
    CHECK(b.block().rtt.rto() == 600ms);
    CHECK(timeout_of(b) == 600ms);
    b.acks(201);
    // What is sent once and acknowledged brings it back: RTTVAR = 3/4 * 50 ms, SRTT = 100 ms.
    round_trip(b, 100ms);
    CHECK(timeout_of(b) == 250ms);
}

TEST_CASE("MUST-18 Karn: an ACK of several segments is no sample when one of them was sent twice, but by its echo") {
    mixed b(lab::each_mix());
    establish_in(b, 100ms);
    REQUIRE(b.send(lab::text(2 * b.each)));
    b.wait(300ms);
    REQUIRE(b.take().size() == 3);
    b.wait(60ms);
    b.acks(1 + 2 * b.each);  // of the retransmission, says the echo: SRTT = 7/8 * 100 + 1/8 * 60 ms
    CHECK(b.block().rtt.srtt() == (b.mix.timestamps ? 95ms : 100ms));
}

TEST_CASE("MUST-18 an ACK of new data starts the timer anew, and the ACK of everything stops it") {
    mixed b(lab::each_mix(), patient());
    establish_in(b, 100ms);
    REQUIRE(b.send(lab::text(2 * b.each)));
    b.take();
    b.wait(600ms);
    b.acks(b.at(1));
    b.wait(1s - 1ns);  // RFC 6298 section 5.3
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take_one().sequence == b.at(1));
    b.acks(b.at(2));
    CHECK(b.endpoint.next_deadline() == never);  // 5.2
}

TEST_CASE("MUST-18 the timer sends the earliest unacknowledged segment, and only that") {
    mixed b(lab::each_mix(), patient());
    establish_in(b, 100ms);
    REQUIRE(b.send(lab::text(5 * b.each)));
    REQUIRE(b.take().size() == 5);
    b.wait(1s);
    const auto again = b.take_one();  // 5.4
    CHECK(again.sequence == 1);
    CHECK(again.text == lab::text(b.each));
}

TEST_CASE("MUST-18 after a lost SYN or SYN,ACK the RTO is 3 s when data begins, unless it was measured") {
    const lab::option_mix mix = lab::each_mix();
    // The second SYN left at 1 s, and only an echo can tell that the answer at 1.5 s is its own: R + 4 R/2.
    const duration expected = mix.timestamps ? 1500ms : 3s;
    mixed active(mix);
    establish_in(active, 1500ms);
    CHECK(timeout_of(active) == expected);

    mixed passive(mix);
    REQUIRE(passive.listen());
    passive.arrives({.flags = flag::syn, .sequence = 0, .options = passive.peer_offers});
    passive.wait(1500ms);
    passive.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    passive.take();
    CHECK(timeout_of(passive) == expected);

    mixed lossless(mix);
    establish_in(lossless, 500ms);
    CHECK(timeout_of(lossless) == 1500ms);
}

TEST_CASE("MUST-19 each timeout doubles the next, up to 120 s: 1 2 4 8 16 32 64 120 120 s") {
    mixed b(lab::each_mix(), patient());
    establish_in(b, 100ms);
    REQUIRE(b.send(lab::text(100)));
    instant last = b.take_one().at;
    for (const duration step : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 120s, 120s, 120s}) {
        REQUIRE(b.wait_for_deadline());
        const auto again = b.take_one();
        CHECK(again.at - last == step);
        CHECK(again.text.size() == 100);
        last = again.at;
    }
}

TEST_CASE("MUST-19 a SYN backs off just so, and so does a SYN,ACK") {
    const lab::option_mix mix = lab::each_mix();
    mixed active(mix, patient());
    REQUIRE(active.connect());
    settings s = patient();
    s.limits.syn_ack_tries = no_limit;
    mixed passive(mix, s);
    REQUIRE(passive.listen());
    passive.arrives({.flags = flag::syn, .sequence = 0, .options = passive.peer_offers});
    for (auto* b : {&active, &passive}) {
        instant last = b->take_one().at;
        for (const duration step : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 120s, 120s}) {
            REQUIRE(b->wait_for_deadline());
            const auto again = b->take_one();
            CHECK(again.at - last == step);
            CHECK(again.has(flag::syn));
            last = again.at;
        }
    }
}

TEST_CASE("a timeout sends one segment again, even if a link took many at once") {
    mixed b(lab::each_mix());
    b.endpoint.set_largest_super_segment(65535);
    b.establish();
    REQUIRE(b.send(lab::text(10 * b.each)));
    REQUIRE(b.take().size() == 10);
    b.wait_for_deadline();
    const auto again = b.take_one();
    CHECK(again.sequence == 1);
    CHECK(again.text.size() == b.each);
    CHECK(b.block().flight.pipe() == b.each);
    // What was lost leaves before anything new, as much as the window of two segments allows.
    REQUIRE(b.send(lab::text(10 * b.each)));
    CHECK(b.quiet());
    b.acks(b.at(1));
    const auto more = b.take();
    REQUIRE(more.size() == 2);
    CHECK(more[0].sequence == b.at(1));
    CHECK(more[1].sequence == b.at(2));
}
