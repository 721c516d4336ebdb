// SPDX-License-Identifier: MIT
// connection/timeouts.hpp on the wire: what a retransmission timeout does to the windows (RFC 5681, RFC 6298), with
// policies that adapt and with ones that don't; with SACK and without, with timestamps and without.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using mixed = lab::mixed<classic_tcp>;

namespace {

/// All defaults, over a path of 40 ms.
struct by_default : lab::mixed<default_tcp> {
    explicit by_default(lab::option_mix m) : lab::mixed<default_tcp>(m) {
        REQUIRE(connect());
        wait(40ms);
        arrives({.flags = flag::syn | flag::ack, .acknowledgment = 1, .mss = 1460, .options = peer_offers});
        REQUIRE(state() == state::established);
        take();
    }
    /// Of ten segments nothing comes back for as long as it takes.
    void sends_ten_and_a_probe() {
        REQUIRE(send(lab::text(10 * each)));
        while (endpoint.count().tail_probes == 0) REQUIRE(wait_for_deadline());
        REQUIRE(endpoint.count().timeouts == 0);
        take();
    }
};

}  // namespace

TEST_CASE("a timeout sets ssthresh to half of the flight; the same segment's second timeout leaves it") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(10 * b.each)));
    b.take();
    REQUIRE(b.wait_for_deadline());
    CHECK(b.block().congestion.ssthresh() == 5 * b.each);
    CHECK(b.block().congestion.window() == b.each);
    CHECK(b.take_one().sequence == 1);
    for (int i = 0; i < 4; ++i) {
        REQUIRE(b.wait_for_deadline());
        CHECK(b.take_one().sequence == 1);
        CHECK(b.block().congestion.ssthresh() == 5 * b.each);  // RFC 5681 section 3.1
        CHECK(b.block().congestion.window() == b.each);
    }
    // Another segment's first timeout halves what is in flight then.
    b.acks(1 + 2 * b.each);
    b.take();
    REQUIRE(b.wait_for_deadline());
    CHECK(b.block().congestion.ssthresh() == 4 * b.each);
}

TEST_CASE("after a timeout ACKs bring the rest back in slow start, without another timeout, each segment once") {
    mixed b(lab::each_mix());
    b.establish();
    const std::string all = lab::text(10 * b.each);
    REQUIRE(b.send(all));
    b.take();
    REQUIRE(b.wait_for_deadline());
    std::string got;
    while (!b.block().nothing_owed()) {
        const auto sent = b.take();
        REQUIRE(!sent.empty());
        for (const auto& s : sent) {
            CHECK(s.sequence == 1 + got.size());
            got += s.text;
        }
        b.acks(1 + static_cast<std::uint32_t>(got.size()));
    }
    CHECK(got == all);
    CHECK(b.endpoint.count().timeouts == 1);
    CHECK(b.endpoint.count().retransmitted == 10);
}

TEST_CASE("a timeout in recovery ends it") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(10 * b.each)));
    b.gets({1, 2, 3});
    REQUIRE(b.block().recovery.in_recovery());
    b.take();
    REQUIRE(b.wait_for_deadline());
    CHECK(!b.block().recovery.in_recovery());
    CHECK(b.block().congestion.window() == b.each);
    CHECK(b.take_one().sequence == 1);
}

TEST_CASE("going back n sends everything again after a timeout, with a window and a timeout that don't change") {
    lab::mixed<plain_tcp> b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(5 * b.each)));
    b.take();
    CHECK(b.gets({1, 2, 3, 4}).empty());  // it does not read what is reported
    b.wait(1s);
    const auto again = b.take();
    REQUIRE(again.size() == 5);
    for (std::uint32_t i = 0; i < 5; ++i) CHECK(again[i].sequence == 1 + i * b.each);
    CHECK(b.block().congestion.window() == 65535);
}

TEST_CASE("a fixed timeout backs off until something new is acknowledged, and is itself again then") {
    lab::mixed<plain_tcp> b(lab::each_mix());
    b.establish();
    REQUIRE(b.send("x"));
    instant last = b.take_one().at;
    for (const duration step : {1s, 2s, 4s, 8s}) {
        REQUIRE(b.wait_for_deadline());
        CHECK(b.take_one().at - last == step);
        last = b.now;
    }
    b.acks(2);
    REQUIRE(b.send("y"));
    b.take();
    b.acks(3);
    REQUIRE(b.send("z"));
    last = b.take_one().at;
    REQUIRE(b.wait_for_deadline());
    CHECK(b.now - last == 1s);
}

TEST_CASE("after a timeout slow start brings back what is missing; what was reported stays where it is (RFC 6675)") {
    mixed b(lab::each_mix());
    b.establish();
    b.wait(100ms);
    REQUIRE(b.send(lab::text(10 * b.each)));
    b.take();
    // 0 to 4 and 9 are lost, and so is the first retransmission.
    b.gets({5, 6, 7, 8});
    const std::uint64_t before = b.endpoint.count().retransmitted;
    REQUIRE(b.wait_for_deadline());
    REQUIRE(b.endpoint.count().timeouts == 1);
    CHECK(b.left() == lab::numbers{0});
    CHECK(b.gets(0) == lab::numbers{1, 2});  // cwnd 2
    CHECK(b.gets(1) == lab::numbers{3, 4});  // 3, of which 2 is out
    CHECK(b.block().congestion.window() == 3 * b.each);
    // Behind 4 comes what nobody has reported: 9 with SACK, all without.
    CHECK(b.gets(2) == (b.mix.sack ? lab::numbers{9} : lab::numbers{5, 6}));
    b.gets({3, 4, 9});
    CHECK(b.endpoint.count().retransmitted - before == (b.mix.sack ? 6 : 10));
    CHECK(b.block().nothing_owed());
    CHECK(b.endpoint.count().timeouts == 1);
}

TEST_CASE("a connection that owes nothing has no deadline, and one that is closed never has") {
    bench<classic_tcp> b;
    b.establish();
    CHECK(b.endpoint.next_deadline() == never);
    REQUIRE(b.send("x"));
    CHECK(b.endpoint.next_deadline() == b.now + b.block().rtt.rto());
    b.acks(2);
    CHECK(b.endpoint.next_deadline() == never);
    REQUIRE(b.abort());
    CHECK(b.endpoint.next_deadline() == never);
}

TEST_CASE("a deadline that comes late, or a call without one, does no harm") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send("x"));
    b.take();
    for (int i = 0; i < 3; ++i) {
        b.endpoint.on_deadline(b.now);
        b.flush();
    }
    CHECK(b.quiet());
    b.now += 30s;  // asleep
    b.endpoint.on_deadline(b.now);
    b.flush();
    CHECK(b.take().size() == 1);
    b.acks(2);
    CHECK(b.state() == state::established);
}

// ---- tail-loss probes (RFC 8985 section 7) --------------------------------------------------------------------------

TEST_CASE("what a probe has repaired was in flight until its ACK: of that its share is left (section 7.4.2)") {
    by_default b({.sack = true, .timestamps = true});
    b.sends_ten_and_a_probe();
    b.wait(40ms);
    // The ACKs of nine were lost, and the tenth segment.
    b.reaches(1, b.at(10), b.value_of(b.at(9)));
    CHECK(b.block().congestion.ssthresh() == 7 * b.each);  // 0.7 of ten (RFC 9438 section 4.6)
}

TEST_CASE("an ACK of what was probed that echoes the first transmission tells of no loss (RFC 3522)") {
    by_default b({.sack = true, .timestamps = true});
    REQUIRE(b.send(lab::text(10 * b.each)));
    const std::uint32_t first = b.value_of(b.at(9));
    while (b.endpoint.count().tail_probes == 0) REQUIRE(b.wait_for_deadline());
    b.wait(5ms);
    b.reaches(1, b.at(10), first);
    CHECK(b.block().congestion.ssthresh() == largest_window);
    b.gets(9);
    CHECK(b.block().congestion.ssthresh() == largest_window);
}

TEST_CASE("nor does one without an echo before a later one comes; a duplicate tells that both came (section 7.4.2)") {
    enum class then { nothing, d_sack, duplicate };
    for (const auto comes : {then::nothing, then::d_sack, then::duplicate}) {
        by_default b({.sack = true});
        b.sends_ten_and_a_probe();
        b.wait(40ms);
        b.reaches(1, b.at(10));
        CHECK(b.block().congestion.ssthresh() == largest_window);
        REQUIRE(b.send(lab::text(b.each)));
        if (comes == then::d_sack) b.gets(9);
        if (comes == then::duplicate) b.acks(b.at(10));
        b.gets(10);
        CHECK((b.block().congestion.ssthresh() < largest_window) == (comes == then::nothing));
    }
}

TEST_CASE("two full segments with SACK blocks wait for no ACK timer of the peer's before a probe; one does") {
    for (const std::uint32_t segments : {1u, 2u}) {
        CAPTURE(segments);
        by_default b({.sack = true, .timestamps = true});
        b.arrives({.flags = flag::ack, .sequence = 11, .acknowledgment = 1, .text = "behind a gap"});
        b.take();
        REQUIRE(b.send(lab::text(segments * (b.each - tcp_options::sack_length(1)))));
        const auto sent = b.take();
        REQUIRE(sent.size() == segments);
        REQUIRE(sent.back().options.sack.size() == 1);
        b.wait(80ms - 1ns);
        CHECK(b.endpoint.count().tail_probes == 0);
        b.wait(1ns);
        CHECK(b.endpoint.count().tail_probes == segments - 1);
    }
}

TEST_CASE("a probe that waits for the link leaves no more once it is answered, or an ACK has shown what is lost") {
    struct {
        std::uint32_t acked;
        bool lost;
        std::uint64_t probes;
    } const arrivals[] = {{0, false, 1}, {1, false, 0}, {0, true, 0}};
    for (const auto& a : arrivals) {
        CAPTURE(a.acked);
        CAPTURE(a.lost);
        by_default b({.sack = true});
        REQUIRE(b.send(lab::text(10 * b.each)));
        b.now = b.endpoint.next_deadline();
        b.endpoint.on_deadline(b.now);  // the link has no room
        tcp_options report;
        if (a.lost) report.sack.push_back({seq(b.at(1)), seq(b.at(9))});
        b.deliver({.flags = flag::ack, .sequence = 1, .acknowledgment = b.at(a.acked), .options = report});
        b.flush();
        CHECK(b.endpoint.count().recoveries == (a.lost ? 1 : 0));
        CHECK(b.endpoint.count().tail_probes == a.probes);
    }
}

TEST_CASE("a probe is not waited for longer than the timer, as the ACK in hand sets it (section 7.2, RFC 6298 section "
          "5.3)") {
    by_default b({.sack = true, .timestamps = true});
    REQUIRE(b.send(lab::text(b.each)));
    b.wait(185ms);  // of 200
    REQUIRE(b.send(lab::text(b.each)));
    b.wait(5ms);
    b.reaches(1, b.at(1));
    REQUIRE(b.block().rtt.rto() < 2 * *b.block().rtt.srtt() + 200ms);
    CHECK(b.endpoint.next_deadline() == b.now + b.block().rtt.rto());
    b.wait(35ms);  // the second one's own round trip
    CHECK(b.endpoint.count().tail_probes == 0);
}
