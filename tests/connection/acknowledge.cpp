// SPDX-License-Identifier: MIT
// connection/acknowledge.hpp on the wire: duplicate ACKs, fast retransmit and limited transmit (RFC 5681, RFC 3042),
// recovery by partial ACKs (RFC 6582) or by SACKs (RFC 6675), what an ACK may do to the peer's window, and what it may
// not. Each case about losses runs with SACK and without, with timestamps and without.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using lab::numbers;
using mixed = lab::mixed<classic_tcp>;

namespace {

constexpr std::uint32_t mss = 1460;

/// The relative number where segment n begins, n = 0, 1, 2...
constexpr std::uint32_t at(std::uint32_t n) { return 1 + n * mss; }

/// Ten segments are out, and ten more wait.
void send_ten(mixed& b) {
    b.establish();
    b.wait(100ms);
    REQUIRE(b.send(lab::text(20 * b.each)));
    REQUIRE(b.take().size() == 10);
}

}  // namespace

TEST_CASE("the third duplicate ACK sends the first unacknowledged segment again, once, long before the timer would") {
    mixed b(lab::each_mix());
    send_ten(b);
    b.gets({1, 2});
    CHECK(b.endpoint.count().retransmitted == 0);
    CHECK(b.gets(3) == numbers{0});
    CHECK(b.endpoint.count().recoveries == 1);
    CHECK(b.gets({4, 5, 6, 7}).empty());
    CHECK(b.endpoint.count().retransmitted == 1);
    CHECK(b.endpoint.count().timeouts == 0);
    // What was on its way before it comes first; then it fills the gap, and nothing else leaves again.
    b.gets({8, 9, 10, 11, 0});
    CHECK(!b.block().recovery.in_recovery());
    CHECK(b.endpoint.count().retransmitted == 1);
}

TEST_CASE("two duplicate ACKs are no loss: a segment that was overtaken by two costs nothing") {
    mixed b(lab::each_mix());
    send_ten(b);
    CHECK(b.gets({1, 2}) == numbers{10, 11});  // limited transmit
    // Slow start adds all three that are acknowledged (RFC 3465): of 13 segments 9 are out.
    CHECK(b.gets(0) == numbers{12, 13, 14, 15});
    CHECK(b.endpoint.count().retransmitted == 0);
    CHECK(b.endpoint.count().recoveries == 0);
    CHECK(b.block().congestion.window() == 13 * b.each);
}

TEST_CASE("segments that arrive twice begin no recovery, and nothing is sent again") {
    mixed b(lab::each_mix());
    send_ten(b);
    b.gets({0, 1, 2});
    b.gets({0, 1});  // the network's copies: two ACKs of what was acknowledged
    CHECK(b.endpoint.count().duplicate_acks_in == 2);
    CHECK(b.endpoint.count().arrived_twice == (b.mix.sack ? 2 : 0));  // RFC 2883
    b.gets({3, 4});
    CHECK(b.endpoint.count().recoveries == 0);
    CHECK(b.endpoint.count().retransmitted == 0);
}

TEST_CASE("each of the first two duplicate ACKs lets one new segment leave beyond cwnd (RFC 3042)") {
    mixed b(lab::each_mix());
    send_ten(b);
    CHECK(b.gets(1) == numbers{10});
    CHECK(b.gets(2) == numbers{11});
    CHECK(b.block().congestion.window() == 10 * b.each);
}

TEST_CASE("limited transmit never goes beyond the peer's window") {
    mixed b(lab::each_mix());
    b.window = static_cast<std::uint16_t>(10 * b.each);
    b.establish();
    REQUIRE(b.send(lab::text(20 * b.each)));
    REQUIRE(b.take().size() == 10);
    CHECK(b.gets({1, 2}).empty());
}

TEST_CASE("a loss halves the flight less what limited transmit sent, not cwnd: ssthresh = max(flight/2, 2 SMSS)") {
    const lab::option_mix mix = lab::each_mix();
    mixed ten(mix);
    send_ten(ten);
    ten.gets({1, 2, 3});
    CHECK(ten.block().congestion.ssthresh() == 5 * ten.each);
    CHECK(ten.block().congestion.window() == 5 * ten.each);

    mixed six(mix);  // the application had no more: cwnd is ten segments all the same
    six.establish();
    REQUIRE(six.send(lab::text(6 * six.each)));
    six.gets({1, 2, 3});
    CHECK(six.block().congestion.ssthresh() == 3 * six.each);

    mixed three(mix);
    three.establish();
    REQUIRE(three.send(lab::text(3 * three.each)));
    // Somebody on the way cuts a segment in two: three ACKs that are duplicates or report something new.
    three.reaches(three.at(1), three.at(1) + 100);
    three.reaches(three.at(1) + 100, three.at(2));
    CHECK(three.endpoint.count().recoveries == 0);
    three.reaches(three.at(2), three.at(3));
    CHECK(three.endpoint.count().recoveries == 1);
    CHECK(three.block().congestion.ssthresh() == 2 * three.each);
}

// What NewReno calls inflating the window (RFC 5681 section 3.2 step 4) is the pipe's shrinking in RFC 6675.
TEST_CASE("in recovery each further duplicate ACK tells that a segment has left, until new ones take its place") {
    mixed b(lab::each_mix());
    send_ten(b);
    CHECK(b.gets({1, 2, 3}) == numbers{10, 11, 0});  // limited transmit: 12 are out; ssthresh 5
    CHECK(b.gets({4, 5, 6, 7}).empty());             // 5 + 7 = 12: full
    CHECK(b.gets(8) == numbers{12});
    CHECK(b.gets(9) == numbers{13});
}

TEST_CASE("several holes of one flight are filled without a timeout and without halving again, each once") {
    mixed b(lab::each_mix());
    send_ten(b);
    CHECK(b.gets({1, 2, 4, 5, 7, 8}) == numbers{10, 11, 0});  // 0, 3 and 6 are lost
    const std::uint32_t ssthresh = b.block().congestion.ssthresh();
    CHECK(ssthresh == 5 * b.each);
    if (b.mix.sack) {
        // RFC 6675: with 9 the third segment above 6 is reported. Of twelve that are out seven are, two are lost and
        // not yet sent again: the pipe is 3, and 5 is the target.
        CHECK(b.gets(9) == numbers{3, 6});
        CHECK(b.gets({10, 11}) == numbers{12, 13});
        b.gets({0, 3});
    } else {
        // RFC 6582: nothing tells of a second hole before the first partial ACK.
        CHECK(b.gets({9, 10, 11}) == numbers{12, 13});  // 5 + 8 and 5 + 9 against 12 and 13
        CHECK(b.gets(0).front() == 3);
        CHECK(b.gets(3).front() == 6);
    }
    CHECK(b.block().congestion.ssthresh() == ssthresh);
    CHECK(b.endpoint.count().recoveries == 1);
    CHECK(b.block().recovery.in_recovery());
    b.gets(6);  // all that was out when it began
    CHECK(!b.block().recovery.in_recovery());
    CHECK(b.endpoint.count().timeouts == 0);
    CHECK(b.endpoint.count().retransmitted == 3);
}

TEST_CASE("holes in a row: a partial ACK sends the next one whatever is out (NewReno), SACKs as the pipe has room") {
    mixed b(lab::each_mix());
    send_ten(b);
    CHECK(b.gets({4, 5, 6}) == numbers{10, 11, 0});  // 0 to 3 are lost
    REQUIRE(b.block().snd.flight() == 12 * b.each);  // ssthresh is five segments
    if (b.mix.sack) {
        // 7 to 11 are in the pipe, and so was 0: the hole below 1 waits until 7 has left it.
        CHECK(b.gets(0).empty());
        CHECK(b.gets(7) == numbers{1});
    } else {
        CHECK(b.gets(0) == numbers{1});
    }
    CHECK(b.gets(1) == numbers{2});
    CHECK(b.gets(2) == numbers{3});
    CHECK(b.endpoint.count().timeouts == 0);
    CHECK(b.endpoint.count().recoveries == 1);
}

TEST_CASE("a retransmission that is lost, too, is left to the timer, which sends it and nothing that has arrived") {
    mixed b(lab::each_mix());
    send_ten(b);
    const instant sent = b.now;
    CHECK(b.gets({1, 2, 3}) == numbers{10, 11, 0});
    for (std::uint32_t n = 4; n < 20; ++n) b.gets(n);  // all the rest, too, of which the end leaves in recovery
    CHECK(b.endpoint.count().retransmitted == 1);
    REQUIRE(b.wait_for_deadline());
    CHECK(b.now == sent + 200ms);  // no ACK of new data has restarted it
    CHECK(b.left() == numbers{0});
    CHECK(b.endpoint.count().timeouts == 1);
    CHECK(b.block().congestion.window() == b.each);
    // Now it arrives: RCV.NXT jumps over all that came meanwhile.
    CHECK(b.gets(0).empty());
    CHECK(b.block().nothing_owed());
    CHECK(b.endpoint.count().timeouts == 1);
    CHECK(b.endpoint.count().retransmitted == 2);
}

TEST_CASE("the answers to window probes look like duplicate ACKs and are none") {
    mixed b(lab::each_mix());
    send_ten(b);
    for (int i = 0; i < 6; ++i) {
        b.acks(b.at(0), 0);
        REQUIRE(b.wait_for_deadline());
    }
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    CHECK(b.endpoint.count().recoveries == 0);
    CHECK(b.block().congestion.window() == 10 * b.each);
}

// RFC 6582 section 4, the Impatient variant: a flight with many holes would take as many round trips. By SACKs it takes
// one, and RFC 6675 section 6 leaves the timer as RFC 6298 section 5.3 has it.
TEST_CASE("the first partial ACK restarts the timer; a later one does so only with SACK") {
    mixed b(lab::each_mix());
    send_ten(b);
    b.gets({3, 4, 5, 6, 7, 8, 9, 10, 11});
    b.wait(150ms);
    b.gets(0);
    const instant deadline = b.block().timer[timer::retransmission];
    CHECK(deadline == b.now + b.block().rtt.rto());
    b.wait(50ms);
    b.gets(1);
    CHECK(b.block().timer[timer::retransmission] == (b.mix.sack ? b.now + b.block().rtt.rto() : deadline));
}

TEST_CASE("the ACK that ends recovery lets out what is the window's then") {
    mixed b(lab::each_mix());
    send_ten(b);
    b.gets({1, 2, 3});
    // Everything at once: nothing is in flight. NewReno lets no burst out: cwnd = min(ssthresh, max(flight, SMSS) +
    // SMSS) (RFC 6582 section 3.2 step 3); RFC 6675 section 5 has cwnd − pipe, which is ssthresh.
    CHECK(b.gets_all_below(12) == (b.mix.sack ? numbers{12, 13, 14, 15, 16} : numbers{12, 13}));
    CHECK(b.block().congestion.window() == 5 * b.each);
}

TEST_CASE("duplicate ACKs of what was out before a timeout begin no recovery") {
    mixed b(lab::each_mix());
    send_ten(b);
    REQUIRE(b.wait_for_deadline());
    CHECK(b.left() == numbers{0});
    CHECK(b.gets({1, 2, 3, 4, 5}).empty());
    CHECK(b.endpoint.count().recoveries == 0);
}

TEST_CASE("a duplicate ACK has no text, no FIN, no new window, and something is unacknowledged (RFC 5681 section 2)") {
    mixed b(lab::each_mix());  // with SACK none of these reports anything, and RFC 6675 section 2 asks for that besides
    b.establish();
    for (int i = 0; i < 5; ++i) b.acks(1);  // nothing is out
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    REQUIRE(b.send(lab::text(10 * b.each)));
    b.take();
    for (int i = 0; i < 5; ++i)
        b.arrives({.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = 1, .text = "theirs"});
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    for (const std::uint16_t wnd : std::array<std::uint16_t, 5>{60'001, 60'002, 60'003, 60'004, 60'005}) b.acks(1, wnd);
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    b.acks(1, 60'005);
    CHECK(b.endpoint.count().duplicate_acks_in == 1);
    CHECK(b.endpoint.count().retransmitted == 0);
}

TEST_CASE("an ACK below SND.UNA is no duplicate and changes nothing") {
    mixed b(lab::each_mix());
    send_ten(b);
    b.gets_all_below(2);
    const auto before = b.block().snd.wnd;
    for (int i = 0; i < 4; ++i) b.acks(b.at(1), 100);
    CHECK(b.quiet());
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    CHECK(b.block().snd.una - b.iss() == b.at(2));
    CHECK(b.block().snd.wnd == before);  // N30
}

TEST_CASE("ACKs that are lost on their way are made good by any later one") {
    mixed b(lab::each_mix());
    send_ten(b);
    // One ACK of the ten comes. It counts for all (RFC 3465): slow start doubles.
    CHECK(b.gets_all_below(10) == numbers{10, 11, 12, 13, 14, 15, 16, 17, 18, 19});
    CHECK(b.block().congestion.window() == 20 * b.each);
    CHECK(b.endpoint.count().retransmitted == 0);
    CHECK(b.block().timer[timer::retransmission] == b.now + b.block().rtt.rto());
}

TEST_CASE("a segment that is older than the last window update does not bring its window back (N30)") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack, .sequence = 4, .acknowledgment = 1, .text = "def", .window = 5000});
    CHECK(b.block().snd.wnd == 5000);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "abc", .window = 100});  // overtaken
    CHECK(b.receive() == "abcdef");
    CHECK(b.block().snd.wnd == 5000);
    b.acks(1, 200);
    CHECK(b.block().snd.wnd == 200);
    CHECK(b.block().snd.max_wnd == 65535);
}

TEST_CASE("neither a SYN,ACK nor its ACK grows cwnd, and it does not grow while the application is the limit") {
    bench<classic_tcp> b;
    b.establish();
    CHECK(b.block().congestion.window() == 10 * mss);
    std::uint32_t acked = 1;
    for (int i = 0; i < 50; ++i) {
        REQUIRE(b.send(lab::text(mss)));
        b.acks(acked += mss);
    }
    CHECK(b.block().congestion.window() == 10 * mss);
}

TEST_CASE("an application that waits for room is told of it once there is") {
    bench<small_tcp> b;  // 2048 octets
    b.establish();
    CHECK(b.send(lab::text(3000)).value() == 2048);
    CHECK(b.send("more").error() == error::would_block);
    CHECK(!b.heard(news::writable));
    b.acks(1 + 1000);
    CHECK(b.heard(news::writable));
    CHECK(b.send("more"));
    b.acks(b.next_ack());
    CHECK(!b.heard(news::writable));
}

namespace {

/// All that a number can say: sums with it would wrap.
struct boundless {
    using slot = congestion_slot;
    constexpr std::uint32_t window() const { return 0xffffffff; }
};
/// So small that nothing would ever move.
struct one_octet {
    using slot = congestion_slot;
    constexpr std::uint32_t window() const { return 1; }
};

}  // namespace

TEST_CASE("a window beyond 2^30 counts as 2^30: what NewReno adds in recovery does not wrap it") {
    lab::mixed<tcp<testing::gate_audit, boundless>> b(lab::each_mix_without_sack());
    b.establish();
    REQUIRE(b.send(lab::text(20 * b.each)));
    REQUIRE(b.take().size() == 20);
    CHECK(b.gets({1, 2, 3}) == numbers{0});
    REQUIRE(b.send(lab::text(5 * b.each)));  // in recovery, with a window of 65535 octets at the peer
    CHECK(b.take().size() == 5);
    CHECK(quota(b.block()) == (std::uint32_t{1} << 30) + 3 * b.each - 25 * b.each);  // RFC 5681 section 3.2 step 3
}

TEST_CASE("a window below one segment counts as one segment when nothing is in flight") {
    bench<tcp<testing::gate_audit, one_octet>> b;
    b.establish();
    REQUIRE(b.send(lab::text(3 * mss)));
    for (std::uint32_t n = 0; n < 3; ++n) {
        const auto s = b.take_one();
        CHECK(s.sequence == at(n));
        CHECK(s.text.size() == mss);
        b.acks(at(n + 1));
    }
    CHECK(b.quiet());
}
