// SPDX-License-Identifier: MIT
// connection/timeouts.hpp on the wire: what a retransmission timeout does to the windows (RFC 5681, RFC 6298), with
// policies that adapt and with ones that don't.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

constexpr std::uint32_t mss = 1460;

}  // namespace

TEST_CASE("a timeout sets ssthresh to half of the flight; the same segment's second timeout leaves it") {
    bench<default_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(10 * mss)));
    b.take();
    REQUIRE(b.wait_for_deadline());
    CHECK(b.block().congestion.ssthresh() == 5 * mss);
    CHECK(b.block().congestion.window() == mss);
    CHECK(b.take_one().sequence == 1);
    for (int i = 0; i < 4; ++i) {
        REQUIRE(b.wait_for_deadline());
        CHECK(b.take_one().sequence == 1);
        CHECK(b.block().congestion.ssthresh() == 5 * mss);  // RFC 5681 section 3.1
        CHECK(b.block().congestion.window() == mss);
    }
    // Another segment's first timeout halves what is in flight then.
    b.acks(1 + 2 * mss);
    b.take();
    REQUIRE(b.wait_for_deadline());
    CHECK(b.block().congestion.ssthresh() == 4 * mss);
}

TEST_CASE("after a timeout ACKs bring the rest back in slow start, without another timeout, each segment once") {
    bench<default_tcp> b;
    b.establish();
    const std::string all = lab::text(10 * mss);
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
    bench<default_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(10 * mss)));
    for (int i = 0; i < 3; ++i) b.acks(1);
    REQUIRE(b.block().recovery.in_recovery());
    b.take();
    REQUIRE(b.wait_for_deadline());
    CHECK(!b.block().recovery.in_recovery());
    CHECK(b.block().congestion.window() == mss);
    CHECK(b.take_one().sequence == 1);
}

TEST_CASE("going back n sends everything again after a timeout, with a window and a timeout that don't change") {
    bench<plain_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(5 * mss)));
    b.take();
    for (int i = 0; i < 5; ++i) b.acks(1);
    CHECK(b.quiet());
    b.wait(1s);
    const auto again = b.take();
    REQUIRE(again.size() == 5);
    for (std::uint32_t i = 0; i < 5; ++i) CHECK(again[i].sequence == 1 + i * mss);
    CHECK(b.block().congestion.window() == 65535);
}

TEST_CASE("a fixed timeout backs off until something new is acknowledged, and is itself again then") {
    bench<plain_tcp> b;
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

TEST_CASE("a connection that owes nothing has no deadline, and one that is closed never has") {
    bench<default_tcp> b;
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
    bench<default_tcp> b;
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
