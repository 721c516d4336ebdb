// SPDX-License-Identifier: MIT
// connection/acknowledge.hpp on the wire: duplicate ACKs, fast retransmit and limited transmit (RFC 5681, RFC 3042),
// NewReno's partial ACKs (RFC 6582), what an ACK may do to the peer's window, and what it may not.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

constexpr std::uint32_t mss = 1460;

/// The relative number where segment n begins, n = 0, 1, 2...
constexpr std::uint32_t at(std::uint32_t n) { return 1 + n * mss; }

/// Ten segments are out, and ten more wait.
void send_ten(bench<default_tcp>& b) {
    b.establish();
    b.wait(100ms);
    REQUIRE(b.send(lab::text(20 * mss)));
    REQUIRE(b.take().size() == 10);
}

/// The numbers of the segments that left, as begun.
std::vector<std::uint32_t> left(bench<default_tcp>& b) {
    std::vector<std::uint32_t> out;
    for (const auto& s : b.take()) {
        CHECK((s.sequence - 1) % mss == 0);
        out.push_back((s.sequence - 1) / mss);
    }
    return out;
}

using numbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("the third duplicate ACK sends the first unacknowledged segment again, once, long before the timer would") {
    bench<default_tcp> b;
    send_ten(b);
    b.acks(at(0));
    b.acks(at(0));
    b.take();
    CHECK(b.endpoint.count().retransmitted == 0);
    b.acks(at(0));
    CHECK(left(b) == numbers{0});
    CHECK(b.endpoint.count().recoveries == 1);
    for (int i = 0; i < 4; ++i) b.acks(at(0));
    CHECK(left(b).empty());
    CHECK(b.endpoint.count().retransmitted == 1);
    CHECK(b.endpoint.count().timeouts == 0);
}

TEST_CASE("each of the first two duplicate ACKs lets one new segment leave beyond cwnd (RFC 3042)") {
    bench<default_tcp> b;
    send_ten(b);
    b.acks(at(0));
    CHECK(left(b) == numbers{10});
    b.acks(at(0));
    CHECK(left(b) == numbers{11});
    CHECK(b.block().congestion.window() == 10 * mss);
}

TEST_CASE("limited transmit never goes beyond the peer's window") {
    bench<default_tcp> b;
    b.establish(10 * mss);
    REQUIRE(b.send(lab::text(20 * mss)));
    REQUIRE(b.take().size() == 10);
    b.acks(at(0), 10 * mss);
    b.acks(at(0), 10 * mss);
    CHECK(b.quiet());
}

TEST_CASE("a loss halves the flight less what limited transmit sent, not cwnd: ssthresh = max(flight/2, 2 SMSS)") {
    bench<default_tcp> ten;
    send_ten(ten);
    for (int i = 0; i < 3; ++i) ten.acks(at(0));
    CHECK(ten.block().congestion.ssthresh() == 5 * mss);
    CHECK(ten.block().congestion.window() == 5 * mss);

    bench<default_tcp> six;  // the application had no more: cwnd is ten segments all the same
    six.establish();
    REQUIRE(six.send(lab::text(6 * mss)));
    for (int i = 0; i < 3; ++i) six.acks(at(0));
    CHECK(six.block().congestion.ssthresh() == 3 * mss);

    bench<default_tcp> three;
    three.establish();
    REQUIRE(three.send(lab::text(3 * mss)));
    for (int i = 0; i < 3; ++i) three.acks(at(0));
    CHECK(three.block().congestion.ssthresh() == 2 * mss);
}

TEST_CASE("in recovery each further duplicate ACK inflates the window by a segment, until new ones leave") {
    bench<default_tcp> b;
    send_ten(b);
    for (int i = 0; i < 3; ++i) b.acks(at(0));  // limited transmit: 12 are out; ssthresh 5 + 3
    CHECK(left(b) == numbers{10, 11, 0});
    for (int i = 4; i <= 7; ++i) b.acks(at(0));  // 5 + 7 = 12: full
    CHECK(left(b).empty());
    b.acks(at(0));
    CHECK(left(b) == numbers{12});
    b.acks(at(0));
    CHECK(left(b) == numbers{13});
}

TEST_CASE("a partial ACK sends the next hole at once, without a timeout and without halving again (NewReno)") {
    bench<default_tcp> b;
    send_ten(b);  // 0, 3 and 6 are lost
    for (int i = 0; i < 9; ++i) b.acks(at(0));
    const std::uint32_t ssthresh = b.block().congestion.ssthresh();
    b.take();
    b.acks(at(3));
    CHECK(left(b).front() == 3);
    b.acks(at(6));
    CHECK(left(b).front() == 6);
    CHECK(b.block().congestion.ssthresh() == ssthresh);
    CHECK(b.endpoint.count().recoveries == 1);
    CHECK(b.block().recovery.in_recovery());
    b.acks(at(12));  // all that was out when it began
    CHECK(!b.block().recovery.in_recovery());
    CHECK(b.endpoint.count().timeouts == 0);
    CHECK(b.endpoint.count().retransmitted == 3);
}

TEST_CASE("a partial ACK sends the next hole even when more is out than the window allows") {
    bench<default_tcp> b;
    send_ten(b);
    for (int i = 0; i < 3; ++i) b.acks(at(0));
    b.take();
    REQUIRE(b.block().snd.flight() == 12 * mss);  // ssthresh is five segments
    for (std::uint32_t hole = 1; hole <= 3; ++hole) {
        b.acks(at(hole));
        CHECK(left(b) == numbers{hole});
    }
}

TEST_CASE("the answers to window probes look like duplicate ACKs and are none") {
    bench<default_tcp> b;
    send_ten(b);
    for (int i = 0; i < 6; ++i) {
        b.acks(at(0), 0);
        REQUIRE(b.wait_for_deadline());
    }
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    CHECK(b.endpoint.count().recoveries == 0);
    CHECK(b.block().congestion.window() == 10 * mss);
}

TEST_CASE("only the first partial ACK restarts the timer, so that many holes end in a timeout") {
    bench<default_tcp> b;
    send_ten(b);
    for (int i = 0; i < 9; ++i) b.acks(at(0));
    b.wait(150ms);
    b.acks(at(1));
    const instant deadline = b.block().timer[timer::retransmission];
    CHECK(deadline == b.now + b.block().rtt.rto());
    b.wait(50ms);
    b.acks(at(2));
    CHECK(b.block().timer[timer::retransmission] == deadline);
}

TEST_CASE("the ACK that ends recovery lets no burst out: cwnd = min(ssthresh, flight + SMSS)") {
    bench<default_tcp> b;
    send_ten(b);
    for (int i = 0; i < 3; ++i) b.acks(at(0));
    b.take();
    b.acks(at(12));  // everything at once: nothing is in flight
    CHECK(left(b) == numbers{12, 13});
    CHECK(b.block().congestion.window() == 5 * mss);
}

TEST_CASE("duplicate ACKs of what was out before a timeout begin no recovery") {
    bench<default_tcp> b;
    send_ten(b);
    REQUIRE(b.wait_for_deadline());
    CHECK(left(b) == numbers{0});
    for (int i = 0; i < 5; ++i) b.acks(at(0));
    CHECK(b.endpoint.count().recoveries == 0);
    CHECK(b.quiet());
}

TEST_CASE("a duplicate ACK has no text, no FIN, no new window, and something is unacknowledged (RFC 5681 section 2)") {
    bench<default_tcp> b;
    b.establish();
    for (int i = 0; i < 5; ++i) b.acks(1);  // nothing is out
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    REQUIRE(b.send(lab::text(10 * mss)));
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
    bench<default_tcp> b;
    send_ten(b);
    b.acks(at(2));
    b.take();
    const auto before = b.block().snd.wnd;
    for (int i = 0; i < 4; ++i) b.acks(at(1), 100);
    CHECK(b.quiet());
    CHECK(b.endpoint.count().duplicate_acks_in == 0);
    CHECK(b.block().snd.una - b.iss() == at(2));
    CHECK(b.block().snd.wnd == before);  // N30
}

TEST_CASE("a segment that is older than the last window update does not bring its window back (N30)") {
    bench<default_tcp> b;
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
    bench<default_tcp> b;
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
    bench<tcp<testing::gate_audit, boundless>> b;
    b.establish();
    REQUIRE(b.send(lab::text(20 * mss)));
    REQUIRE(b.take().size() == 20);
    for (int i = 0; i < 3; ++i) b.acks(at(0));
    CHECK(b.take_one().sequence == at(0));
    REQUIRE(b.send(lab::text(5 * mss)));  // in recovery, with a window of 65535 octets at the peer
    CHECK(b.take().size() == 5);
    CHECK(quota(b.block()) == (std::uint32_t{1} << 30) + 3 * mss - 25 * mss);  // RFC 5681 section 3.2 step 3
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
