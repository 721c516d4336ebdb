// SPDX-License-Identifier: MIT
// RFC 9293 section 3.6: closing a connection, from one side, from both at once, and half of it; TIME-WAIT and resets.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using mixed = lab::mixed<classic_tcp>;

namespace {

using settings = bench<classic_tcp>::settings;

/// Our FIN first, then the peer's: we are in TIME-WAIT.
void close_actively(bench<classic_tcp>& b) {
    b.establish();
    REQUIRE(b.shutdown());
    b.acks(2);
    REQUIRE(b.state() == state::fin_wait_2);
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 2});
    REQUIRE(b.state() == state::time_wait);
    b.take();
    b.heard();
}

}  // namespace

TEST_CASE("MUST-12 an application can tell a peer that has closed from one that has aborted") {
    bench<classic_tcp> closed;
    closed.establish();
    closed.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 1});
    CHECK(closed.receive().empty());
    CHECK(closed.receive_error == error::closing);
    CHECK(closed.endpoint.error() == error::none);
    const auto heard = closed.heard();
    CHECK(heard == std::vector{news::peer_closed});

    bench<classic_tcp> aborted;
    aborted.establish();
    aborted.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(aborted.receive().empty());
    CHECK(aborted.receive_error == error::reset);
    CHECK(aborted.endpoint.error() == error::reset);
    CHECK(aborted.heard() == std::vector{news::failed, news::closed});
}

TEST_CASE("Figure 12: one side closes, then the other") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.shutdown());
    const auto fin = b.take_one();
    CHECK(fin.flags == (flag::fin | flag::ack));
    CHECK(fin.sequence == 1);
    CHECK(b.state() == state::fin_wait_1);
    b.acks(2);
    CHECK(b.state() == state::fin_wait_2);
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 2});
    CHECK(b.state() == state::time_wait);
    const auto last = b.take_one();
    CHECK(last.is_pure_ack());
    CHECK(last.sequence == 2);
    CHECK(last.acknowledgment == 2);

    bench<classic_tcp> other;
    other.establish();
    other.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 1});
    CHECK(other.state() == state::close_wait);
    CHECK(other.take_one().acknowledgment == 2);
    REQUIRE(other.shutdown());
    CHECK(other.state() == state::last_ack);
    CHECK(other.take_one().flags == (flag::fin | flag::ack));
    other.acks(2);
    CHECK(other.state() == state::closed);
    CHECK(other.endpoint.error() == error::none);
}

TEST_CASE("Figure 13: two FINs that cross close one connection") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.shutdown());
    b.take();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 1});
    CHECK(b.state() == state::closing);
    const auto ack = b.take_one();
    CHECK(ack.sequence == 2);
    CHECK(ack.acknowledgment == 2);
    b.acks(2);
    CHECK(b.state() == state::time_wait);
    CHECK(b.quiet());
    b.wait(60s);
    CHECK(b.state() == state::closed);
}

TEST_CASE("MUST-13 the active closer stays in TIME-WAIT for 2 MSL") {
    for (const duration msl : {duration(30s), duration(120s)}) {
        bench<classic_tcp> b(settings{.limits = {.msl = msl}});
        close_actively(b);
        b.wait(2 * msl - 1ns);
        CHECK(b.state() == state::time_wait);
        CHECK(b.quiet());
        b.wait(1ns);
        CHECK(b.state() == state::closed);
        CHECK(b.heard(news::closed));
    }
}

TEST_CASE("MUST-13 the peer's FIN again begins the 2 MSL again and is acknowledged again") {
    mixed b(lab::each_mix());
    close_actively(b);
    b.wait(50s);
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 2});  // N2
    CHECK(b.take_one().acknowledgment == 2);
    b.wait(60s - 1ns);
    CHECK(b.state() == state::time_wait);
    b.wait(1ns);
    CHECK(b.state() == state::closed);
}

TEST_CASE("TIME-WAIT answers no ACK without sequence space, so that two of them don't talk for ever") {
    bench<classic_tcp> b;
    close_actively(b);
    b.wait(50s);
    b.arrives({.flags = flag::ack, .sequence = 2, .acknowledgment = 2});  // N16
    CHECK(b.quiet());
    b.wait(10s);
    CHECK(b.state() == state::closed);
}

TEST_CASE("a RST does not end TIME-WAIT early") {
    bench<classic_tcp> b;
    close_actively(b);
    b.arrives({.flags = flag::rst, .sequence = 2});  // N18
    CHECK(b.state() == state::time_wait);
    CHECK(b.quiet());
}

TEST_CASE("half-close: after our FIN the peer may send for as long as it likes") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("request"));
    REQUIRE(b.shutdown());
    b.take();
    b.acks(1 + 7 + 1);
    REQUIRE(b.state() == state::fin_wait_2);
    CHECK(!b.send("more"));
    for (int day = 0; day < 3; ++day) {
        b.wait(24h);
        b.says("answer");
        CHECK(b.receive() == "answer");
    }
    CHECK(b.state() == state::fin_wait_2);
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 19, .acknowledgment = 9});
    CHECK(b.state() == state::time_wait);
}

TEST_CASE("half-close: after the peer's FIN we may send for as long as we like, and close then") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 1});
    b.take();
    for (std::uint32_t i = 0; i < 3; ++i) {
        b.wait(24h);
        REQUIRE(b.send("answer"));
        CHECK(b.take_one().text == "answer");
        b.acks(1 + 6 * (i + 1));
    }
    CHECK(b.state() == state::close_wait);
    REQUIRE(b.send("the end"));
    REQUIRE(b.shutdown());
    CHECK(b.state() == state::last_ack);
}

TEST_CASE("CLOSE lets everything leave that was sent before it, and the FIN last") {
    bench<plain_tcp> b;
    b.establish(3000);
    REQUIRE(b.send(lab::text(5000)));
    REQUIRE(b.shutdown());
    CHECK(b.state() == state::fin_wait_1);
    for (const auto& s : b.take()) CHECK(!s.has(flag::fin));
    b.acks(1 + 2920, 3000);
    const auto rest = b.take();
    REQUIRE(rest.size() == 2);
    CHECK(!rest[0].has(flag::fin));
    CHECK(rest[1].has(flag::fin | flag::psh));
    CHECK(rest[1].sequence + rest[1].text.size() == 5001);
    b.acks(5002);
    CHECK(b.state() == state::fin_wait_2);
}

TEST_CASE("a FIN that is lost is sent again") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.shutdown());
    b.take();
    b.wait(b.block().rtt.rto());
    CHECK(b.take_one().flags == (flag::fin | flag::ack));
}

TEST_CASE("a FIN that is lost with the last of the text is sent again with it") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(4 * b.each)));
    REQUIRE(b.take().size() == 4);
    connection_options corked = b.endpoint.connection().options();
    corked.cork = true;
    b.set_options(corked);
    REQUIRE(b.send("the end"));
    REQUIRE(b.shutdown());
    REQUIRE(b.take_one().has(flag::fin));
    b.gets_all_below(4);
    b.wait(b.block().rtt.rto());
    const auto again = b.take_one();
    CHECK(again.sequence == b.at(4));
    CHECK(again.text == "the end");
    CHECK(again.has(flag::fin));
    b.acks(b.next_ack());
    CHECK(b.state() == state::fin_wait_2);
}

TEST_CASE("a segment that is lost before the FIN is repaired by fast retransmit, and the FIN does not leave again") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(3 * b.each)));
    REQUIRE(b.shutdown());
    REQUIRE(b.take().size() == 4);
    b.gets({1, 2});
    CHECK(b.endpoint.count().retransmitted == 0);
    b.reaches(b.at(3), b.at(3) + 1);  // the FIN: the third duplicate ACK, and more than 2 SMSS reported
    CHECK(b.endpoint.count().retransmitted == 1);
    b.gets(0);
    CHECK(b.state() == state::fin_wait_2);
    CHECK(b.endpoint.count().retransmitted == 1);
    CHECK(b.endpoint.count().timeouts == 0);
}

TEST_CASE("a FIN counts when all before it has come, and not before") {
    mixed b(lab::each_mix());
    b.establish();
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 6, .acknowledgment = 1, .text = " there"});
    CHECK(b.state() == state::established);
    CHECK(b.take_one().acknowledgment == 1);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "hello"});
    CHECK(b.state() == state::close_wait);
    CHECK(b.take_one().acknowledgment == 13);
    CHECK(b.receive() == "hello there");
    CHECK(b.receive().empty());
    CHECK(b.receive_error == error::closing);
}

TEST_CASE("SHLD-3 MAY-1 an application that lets go of unread text has its peer told by a RST") {
    bench<classic_tcp> b;
    b.establish();
    b.says("unread");
    b.take();
    REQUIRE(b.close());
    const auto reset = b.take_one();
    CHECK(reset.flags == (flag::rst | flag::ack));
    CHECK(reset.sequence == 1);
    CHECK(b.state() == state::closed);
}

TEST_CASE("SHLD-3 MAY-1 text that comes when the application has let go is answered with a RST") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("last words"));
    REQUIRE(b.close());
    CHECK(b.state() == state::fin_wait_1);
    CHECK(b.take().back().has(flag::fin));
    SUBCASE("in FIN-WAIT-1") {}
    SUBCASE("in FIN-WAIT-2") { b.acks(12); }
    b.says("too late");
    const auto reset = b.take_one();
    CHECK(reset.has(flag::rst));
    CHECK(reset.sequence == 12);
    CHECK(b.state() == state::closed);
}

TEST_CASE("MAY-1 an application may let go: its text and FIN are delivered, the peer's FIN is awaited for a minute") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("last words"));
    REQUIRE(b.close());
    b.acks(12);
    CHECK(b.state() == state::fin_wait_2);
    SUBCASE("it comes") {
        b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 12});
        CHECK(b.state() == state::time_wait);
    }
    SUBCASE("it does not come") {
        b.wait(60s - 1ns);
        CHECK(b.state() == state::fin_wait_2);
        b.wait(1ns);
        CHECK(b.state() == state::closed);
    }
}

TEST_CASE("ABORT sends a RST at SND.NXT where the peer knows of us, and nothing elsewhere") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(100)));
    b.take();
    REQUIRE(b.abort());
    const auto reset = b.take_one();
    CHECK(reset.flags == (flag::rst | flag::ack));
    CHECK(reset.sequence == 101);
    CHECK(reset.acknowledgment == 1);
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.next_deadline() == never);

    bench<classic_tcp> opening;
    REQUIRE(opening.connect());
    opening.take();
    REQUIRE(opening.abort());
    CHECK(opening.quiet());

    bench<classic_tcp> waiting;
    close_actively(waiting);
    REQUIRE(waiting.abort());
    CHECK(waiting.quiet());
    CHECK(waiting.state() == state::closed);
}

TEST_CASE("a CLOSE that waits in SYN-RECEIVED closes the LISTEN that it falls back to") {
    for (const bool let_go : {false, true}) {
        bench<classic_tcp> b;
        REQUIRE(b.listen());
        b.arrives({.flags = flag::syn, .sequence = 0});
        REQUIRE(b.send("queued"));
        REQUIRE((let_go ? b.close() : b.shutdown()));
        b.take();
        b.arrives({.flags = flag::rst, .sequence = 1});
        CHECK(b.state() == state::closed);
        CHECK(b.heard(news::closed));
        CHECK(b.endpoint.next_deadline() == never);
    }
}

TEST_CASE("a connection that was shut down in SYN-RECEIVED begins when its SYN is acknowledged, as any other") {
    bench<classic_tcp> b;
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    REQUIRE(b.shutdown());
    REQUIRE(b.state() == state::fin_wait_1);
    b.acks(1);
    CHECK(b.block().congestion.window() == 10 * 536);  // no MSS option came
}
