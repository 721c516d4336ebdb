// SPDX-License-Identifier: MIT
//
// What is lost on a path of 100 ms that never queues, what that costs, and by what it is repaired: closed forms, for
// each of {SACK, none} × {timestamps, none}, every event audited. Both ends acknowledge each segment at once.
#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include <sluice/policy/ack/every_segment.hpp>

#include "audited.hpp"
#include "support/option_mixes.hpp"

using namespace sluice;

namespace {

using prompt_tcp = tcp<testing::gate_audit, reno, sack_recovery, every_segment, fixed_buffers<>>;

/// An RTO that no round trip here comes near: RFC 6298's own floor (2.4).
const prompt_tcp::settings second{.rtt = {.floor = 1s}};

/// So many full segments there: data leaves at 100 ms, behind the handshake.
sim::transfer_report run(lab::option_mix mix, std::uint64_t segments, std::vector<std::uint64_t> drop,
                         prompt_tcp::settings s = {}, sim::link_settings back = {.delay = 50ms},
                         sim::probability twice = 0.0) {
    s = lab::with(mix, s);
    auto r = audited::transfer<prompt_tcp>({.rate = 0,
                                            .delay = 50ms,
                                            .duplication = twice,
                                            .drop = drop,
                                            .back = back,
                                            .octets = segments * mix.room()},
                                           s, s);
    CHECK(r.complete);
    return r;
}

sim::link_settings without(std::vector<std::uint64_t> packets) { return {.delay = 50ms, .drop_any = packets}; }

}  // namespace

TEST_CASE("a segment lost in the middle of a flight is repaired in one round trip, by fast retransmit") {
    const auto r = run(lab::each_mix(), 10, {7});
    CHECK(r.time == 250ms);  // sent at 100, just three duplicate ACKs at 200, there at 250
    CHECK(r.recoveries == 1);
    CHECK(r.timeouts == 0);
    CHECK(r.retransmitted == 1);
}

// RFC 6582 section 1: one hole a round trip. RFC 6675: all of them at once, as long as the pipe is below half of the
// flight.
TEST_CASE("several holes of one flight take one round trip with SACK, and one each without") {
    const lab::option_mix mix = lab::each_mix();
    for (const std::vector<std::uint64_t>& holes : {std::vector<std::uint64_t>{3, 6}, {2, 4, 6}, {1, 2, 3}}) {
        CAPTURE(holes.size());
        const auto r = run(mix, 10, holes);
        CHECK(r.time == 250ms + (mix.sack ? 0 : holes.size() - 1) * 100ms);
        CHECK(r.recoveries == 1);
        CHECK(r.timeouts == 0);
        CHECK(r.retransmitted == holes.size());
    }
}

TEST_CASE("the last segment, lost, is repaired by the timer: RTO after the last ACK of new data") {
    const auto r = run(lab::each_mix(), 10, {10});
    // Ten equal samples of 100 ms: RTTVAR has fallen below 25 ms, so that the floor of 200 ms is the RTO, counted from
    // the ACKs at 200 ms on.
    CHECK(r.time == 200ms + 200ms + 50ms);
    CHECK(r.recoveries == 0);
    CHECK(r.timeouts == 1);
    CHECK(r.retransmitted == 1);
}

TEST_CASE("a retransmission that is lost is sent by the timer again, and nothing else is") {
    const auto r = run(lab::each_mix(), 10, {5, 11}, second);  // the eleventh with text is the fifth again
    CHECK(r.time == 200ms + 1s + 50ms);                    // the ACK of the fourth segment set the timer
    CHECK(r.recoveries == 1);
    CHECK(r.timeouts == 1);
    CHECK(r.retransmitted == 2);
}

TEST_CASE("a flight that is lost whole comes back in slow start behind one timeout") {
    const auto r = run(lab::each_mix(), 10, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, second);
    // One segment at 1100 ms, two at 1200, four at 1300; ssthresh is five, and the last three leave at 1400.
    CHECK(r.time == 1450ms);
    CHECK(r.timeouts == 1);
    CHECK(r.retransmitted == 10);
}

TEST_CASE("a segment that the timer sends is sent after 1, 2 and 4 s while it is lost") {
    const auto r = run(lab::each_mix(), 1, {1, 2, 3}, second);
    CHECK(r.time == 100ms + 1s + 2s + 4s + 50ms);
    CHECK(r.timeouts == 3);
    CHECK(r.retransmitted == 3);
}

TEST_CASE("a loss with only two segments behind it needs no timeout: limited transmit brings the third duplicate") {
    prompt_tcp::settings s = second;
    s.congestion.initial_window = 3;
    const auto r = run(lab::each_mix(), 4, {1}, s);
    CHECK(r.time == 350ms);  // RFC 3042: the fourth at 200, its report at 300, and the first again, there at 350
    CHECK(r.recoveries == 1);
    CHECK(r.timeouts == 0);
    CHECK(r.retransmitted == 1);
}

TEST_CASE("lost ACKs cost nothing when a later one comes") {
    // The SYN,ACK is the server's first packet; nine of the ten ACKs of the first flight are lost.
    const auto r = run(lab::each_mix(), 30, {}, {}, without({2, 3, 4, 5, 6, 7, 8, 9, 10}));
    CHECK(r.time == 250ms);  // the tenth counts for all (RFC 3465): cwnd doubles, and twenty more leave at 200
    CHECK(r.retransmitted == 0);
    CHECK(r.timeouts == 0);
}

TEST_CASE("when all ACKs of a flight are lost one segment comes again, and its ACK is of all") {
    const auto r = run(lab::each_mix(), 20, {}, second, without({2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
    // At 1100 ms the first segment again, its ACK at 1200; from there slow start: two segments, then four, then four.
    CHECK(r.timeouts == 1);
    CHECK(r.retransmitted == 1);
    CHECK(r.time == 1450ms);
}

TEST_CASE("a lost SYN-ACK costs the initial RTO of one second") {
    const auto r = run(lab::each_mix(), 1, {}, {}, without({1}));
    CHECK(r.time == 1s + 150ms);
    CHECK(r.timeouts == 1);
}

TEST_CASE("a lost SYN costs the initial RTO of one second") {
    const lab::option_mix mix = lab::each_mix();
    const auto s = lab::with<prompt_tcp::settings>(mix);
    const sim::link_settings forth = without({1}), back{.delay = 50ms};
    const auto ends = sim::bulk_between(mix.room(), 0);
    auto w = std::make_unique<sim::world<prompt_tcp>>(sim::world_settings{.links = {forth, back}}, s, s, ends.client,
                                                      ends.server);
    REQUIRE(w->open());
    audited::watch audit;
    w->run(instant(1h), [&](auto& world) { audit(world); });
    CHECK(audit.broken == "");
    CHECK(w->server().application.reader.complete_at == instant(1s + 150ms));
    CHECK(w->client().endpoint.count().timeouts == 1);
    CHECK(w->client().endpoint.state() == state::closed);
    CHECK(w->server().endpoint.state() == state::closed);
}

TEST_CASE("a lost FIN leaves again after an RTO, and both ends come to CLOSED") {
    const lab::option_mix mix = lab::each_mix();
    const auto is_fin = [](const trace::wire_event& e) { return e.from == 1 && e.header.flags.has(flag::fin); };
    const auto clean = run(mix, 1, {});
    std::uint64_t number = 0;  // the server's FIN among its packets
    for (const auto& e : clean.wire) {
        number += e.from == 1 ? 1 : 0;
        if (is_fin(e)) break;
    }
    const auto r = run(mix, 1, {}, {}, without({number}));
    std::vector<instant> sent;
    for (const auto& e : r.wire)
        if (is_fin(e)) sent.push_back(e.sent);
    REQUIRE(sent.size() == 2);
    CHECK(sent[1] - sent[0] == 300ms);  // one sample, of the SYN,ACK: 100 + 4 * 50 ms
    CHECK(r.server.timeouts == 1);
}

TEST_CASE("text that arrives twice is acknowledged twice, and nothing is taken for lost") {
    const lab::option_mix mix = lab::each_mix();
    const auto r = run(mix, 100, {}, {}, {.delay = 50ms}, 1.0);  // each packet of the client's
    CHECK(r.recoveries == 0);
    CHECK(r.retransmitted == 0);
    CHECK(r.timeouts == 0);
    CHECK(r.client.duplicate_acks_in >= 99);  // the second copy of the last one meets nothing in flight
    CHECK((r.client.arrived_twice > 0) == mix.sack);  // RFC 2883
}

namespace {

using bare = tcp<testing::gate_audit, reno, sack_recovery, fixed_buffers<>>;
template <class... Without>
using leaving_out = tcp<testing::gate_audit, reno, sack_recovery, fixed_buffers<>, Without...>;

/// What is left out is switched off for good.
template <class Tcp>
constexpr lab::option_mix mix_of{.sack = Tcp::options::sack, .timestamps = Tcp::options::timestamps};

}  // namespace

TEST_CASE_TEMPLATE("an option that the composition leaves out is one that is switched off, packet for packet", Tcp,
                   leaving_out<no_sack>, leaving_out<no_timestamps>, leaving_out<no_sack, no_timestamps>) {
    std::uint64_t retransmitted = 0;
    for (std::uint64_t number = 1; number <= 5; ++number) {
        CAPTURE(number);
        const sim::scenario rough{.delay = 10ms,
                                  .queue = 20,
                                  .loss = 0.03,
                                  .duplication = 0.02,
                                  .reordering = 0.02,
                                  .octets = 200'000,
                                  .octets_back = 100'000,
                                  .record = false,
                                  .seed = number};
        const auto off = lab::with<bare::settings>(mix_of<Tcp>);
        const auto a = audited::transfer<Tcp>(rough), b = audited::transfer<bare>(rough, off, off);
        CHECK(a.complete);
        CHECK(a.time == b.time);
        CHECK(a.segments == b.segments);
        CHECK(a.server.segments_out == b.server.segments_out);
        CHECK(a.retransmitted == b.retransmitted);
        retransmitted += a.retransmitted;
    }
    CHECK(retransmitted > 0);
}
