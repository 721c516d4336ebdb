// SPDX-License-Identifier: MIT
// RFC 9293 section 3.8.2: slow start and congestion avoidance (RFC 5681), seen on the wire. What ACKs and losses do in
// detail stands in tests/connection/acknowledge.cpp.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using mixed = lab::mixed<classic_tcp>;

namespace {

constexpr std::uint32_t mss = 1460;

/// The peer acknowledges every second segment of what is out, and room is made for as much again: what leaves is what
/// cwnd allows. Returns how many segments left for each of these ACKs.
std::vector<std::size_t> one_round(bench<classic_tcp>& b) {
    std::vector<std::size_t> out;
    const std::uint32_t end = b.next_ack();
    for (std::uint32_t at = b.block().snd.una - b.iss() + 2 * mss; at <= end; at += 2 * mss) {
        b.acks(at);
        REQUIRE(b.send(lab::text(4 * mss)));
        out.push_back(b.take().size());
    }
    return out;
}

}  // namespace

TEST_CASE("MUST-19 slow start: ten segments leave first, then two for each that is acknowledged") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(16 * mss)));
    CHECK(b.take().size() == 10);  // RFC 6928
    CHECK(b.block().congestion.window() == 14600);
    CHECK(one_round(b) == std::vector<std::size_t>(5, 4));
    CHECK(b.block().congestion.window() == 29200);
    CHECK(one_round(b) == std::vector<std::size_t>(10, 4));
    CHECK(b.block().congestion.window() == 58400);
}

TEST_CASE("MUST-19 the initial window is RFC 6928's for any segment size") {
    struct { std::uint16_t mss; std::uint32_t octets; } const cases[]{
        {536, 5360}, {1095, 10950}, {1220, 12200}, {1440, 14400}, {1460, 14600}, {2190, 14600}, {8960, 17920}};
    for (const auto& each : cases) {
        bench<classic_tcp>::settings s;
        s.limits.mtu = 9000;
        bench<classic_tcp> b(s);
        b.establish(65535, each.mss);
        REQUIRE(b.send(lab::text(40'000)));
        std::uint32_t out = 0;
        for (const auto& sent : b.take()) out += static_cast<std::uint32_t>(sent.text.size());
        CAPTURE(each.mss);
        CHECK(out == each.octets / each.mss * each.mss);
        CHECK(b.block().congestion.window() == each.octets);
    }
}

TEST_CASE("MUST-19 congestion avoidance: above ssthresh one more segment a round trip, however the ACKs fall") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(20 * b.each)));
    REQUIRE(b.wait_for_deadline());  // a timeout: ssthresh is five segments
    std::uint32_t acked = 1;
    for (int i = 0; i < 4; ++i) b.acks(acked += b.each);
    REQUIRE(b.block().congestion.window() == 5 * b.each);
    for (std::uint32_t round = 5; round < 12; ++round) {
        CAPTURE(round);
        REQUIRE(b.send(lab::text(round * b.each)));
        for (std::uint32_t i = 1; i < round; ++i) {
            b.acks(acked += b.each / 2);
            b.acks(acked += b.each / 2);
            CHECK(b.block().congestion.window() == round * b.each);
        }
        b.acks(acked += b.each);
        CHECK(b.block().congestion.window() == (round + 1) * b.each);
        CHECK(b.block().snd.flight() <= (round + 1) * b.each);
    }
}

TEST_CASE("MUST-19 after a timeout one segment leaves, then slow start goes to half of what was in flight") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(20 * b.each)));
    REQUIRE(b.take().size() == 10);
    REQUIRE(b.wait_for_deadline());
    CHECK(b.take().size() == 1);
    CHECK(b.block().congestion.window() == b.each);
    CHECK(b.block().congestion.ssthresh() == 5 * b.each);
    b.acks(1 + b.each);
    CHECK(b.take().size() == 2);
    b.acks(1 + 2 * b.each);
    CHECK(b.take().size() == 2);
    b.acks(1 + 3 * b.each);
    CHECK(b.take().size() == 2);
    b.acks(1 + 4 * b.each);
    CHECK(b.take().size() == 2);
    CHECK(b.block().congestion.window() == 5 * b.each);
    b.acks(1 + 5 * b.each);
    CHECK(b.take().size() == 1);  // congestion avoidance now
    CHECK(b.block().congestion.window() == 5 * b.each);
}

TEST_CASE("window probes of a peer are no duplicate ACKs, although our shut window leaves nothing of their text") {
    bench<small_tcp> b;
    b.establish();
    b.says(lab::text(1460));
    b.says(lab::text(588));
    REQUIRE(b.block().rcv.wnd() == 0);
    REQUIRE(b.send(lab::text(2048)));
    b.take();
    for (int i = 0; i < 5; ++i) {
        b.arrives({.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = 1, .text = "p"});
        for (const auto& s : b.take()) CHECK(s.text.empty());
    }
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    CHECK(b.endpoint.count().recoveries == 0);
}

TEST_CASE("go_back_n: after a timeout one ACK for much grows the window by one segment") {
    lab::mixed<sluice::tcp<sluice::testing::gate_audit, go_back_n>> b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(10 * b.each)));
    b.take();
    b.wait_for_deadline();
    REQUIRE(b.block().congestion.window() == b.each);
    b.take();
    b.acks(b.at(10));
    CHECK(b.block().congestion.window() == 2 * b.each);  // RFC 5681 section 3.1, RFC 3465 section 2.3
}
