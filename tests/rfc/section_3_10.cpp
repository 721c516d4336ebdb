// SPDX-License-Identifier: MIT
// RFC 9293 section 3.10: event processing as a peer sees it, with the mitigations of RFC 5961. Every call, segment and
// timeout in every state is the oracle's business.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

TEST_CASE("MUST-58 MUST-59 everything that has come is taken before one ACK answers all of it") {
    bench<classic_tcp> b;
    b.establish();
    for (std::uint32_t i = 0; i < 8; ++i)
        b.deliver({.flags = flag::ack, .sequence = 1 + 1460 * i, .acknowledgment = 1, .text = lab::text(1460)});
    b.flush();
    const auto ack = b.take_one();
    CHECK(ack.is_pure_ack());
    CHECK(ack.acknowledgment == 1 + 8 * 1460);
}

TEST_CASE("MUST-58 an ACK that is owed rides on text of ours when there is some") {
    bench<classic_tcp> b;
    b.establish();
    b.deliver({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "question"});
    REQUIRE(b.send("answer"));
    const auto sent = b.take_one();
    CHECK(sent.text == "answer");
    CHECK(sent.acknowledgment == 9);
}

TEST_CASE("MUST-59 a gap that the same batch fills is no gap to the peer, and the FIN behind it counts") {
    bench<classic_tcp> b;
    b.establish();
    b.deliver({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "one "});
    b.deliver({.flags = flag::ack, .sequence = 9, .acknowledgment = 1, .text = "three"});
    b.deliver({.flags = flag::ack, .sequence = 5, .acknowledgment = 1, .text = "two "});
    b.deliver({.flags = flag::ack | flag::fin, .sequence = 14, .acknowledgment = 1});
    b.flush();
    CHECK(b.take_one().acknowledgment == 15);
    CHECK(b.receive() == "one two three");
    CHECK(b.state() == state::close_wait);
}

TEST_CASE("SHLD-31 text behind a gap is kept, in any order, and delivered when the gap is filled") {
    bench<classic_tcp> b;
    b.establish();
    const std::string all = lab::text(2000);
    // Every piece of 100 but the first, each third one backwards.
    for (const std::size_t third : {2u, 1u, 0u})
        for (std::size_t i = 1; i < 20; ++i)
            if (i % 3 == third)
                b.arrives({.flags = flag::ack,
                           .sequence = 1 + static_cast<std::uint32_t>(100 * i),
                           .acknowledgment = 1,
                           .text = all.substr(100 * i, 100)});
    CHECK(b.endpoint.readable() == 0);
    b.take();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = all.substr(0, 100)});
    CHECK(b.take_one().acknowledgment == 2001);
    CHECK(b.receive() == all);
}

TEST_CASE("SHLD-31 pieces that overlap are delivered once") {
    bench<classic_tcp> b;
    b.establish();
    const std::string all = lab::text(300);
    const auto piece = [&](std::uint32_t first, std::uint32_t length) {
        b.arrives({.flags = flag::ack, .sequence = 1 + first, .acknowledgment = 1, .text = all.substr(first, length)});
    };
    piece(200, 100);
    piece(150, 100);
    piece(50, 50);
    piece(0, 120);
    piece(60, 200);
    CHECK(b.receive() == all);
    CHECK(b.block().assembly.has_gap() == false);
}

TEST_CASE("MAY-13 each segment behind a gap is acknowledged at once, with the number of the gap") {
    bench<classic_tcp> b;
    b.establish();
    for (int i = 0; i < 20; ++i) b.says(lab::text(1460));  // past the quick start, with one ACK delayed or not
    b.wait(1s);
    b.take();
    const std::uint32_t gap = b.next_seq();
    for (std::uint32_t i = 1; i <= 5; ++i) {
        b.arrives({.flags = flag::ack, .sequence = gap + 1460 * i, .acknowledgment = 1, .text = lab::text(1460)});
        const auto ack = b.take_one();
        CHECK(ack.is_pure_ack());
        CHECK(ack.acknowledgment == gap);
    }
}

TEST_CASE("MAY-13 of a batch behind a gap each segment has an ACK of its own, as the sender counts them") {
    bench<classic_tcp> b;
    b.establish();
    for (std::uint32_t i = 1; i <= 5; ++i)
        b.deliver({.flags = flag::ack, .sequence = 1 + 1460 * i, .acknowledgment = 1, .text = lab::text(1460)});
    b.flush();
    const auto acks = b.take();
    CHECK(acks.size() == 5);
    for (const auto& ack : acks) CHECK(ack.acknowledgment == 1);
}

TEST_CASE("MAY-12 an ACK from more than a window ago, or of what was never sent, is challenged, and its text dropped") {
    bench<classic_tcp> b;
    b.establish(1000);
    std::uint32_t acked = 1;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(b.send(lab::text(1000)));
        b.acks(acked += 1000, 1000);
    }
    b.take();
    const auto inject = [&](std::uint32_t ack) {
        b.arrives(
            {.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = ack, .text = "evil", .window = 1000});
        const auto answers = b.take();
        REQUIRE(answers.size() == 1);
        CHECK(answers[0].is_pure_ack());
        const bool taken = b.endpoint.readable() > 0;
        b.receive();
        return taken;
    };
    CHECK(!inject(acked + 1));            // not sent yet
    CHECK(!inject(acked + 0x7fffffff));
    CHECK(!inject(acked - 1001));         // more than a window ago
    CHECK(!inject(0u - 5));               // from before our SYN
    CHECK(inject(acked - 1000));
    CHECK(inject(acked));
}

TEST_CASE("MAY-12 an ACK from before our SYN can't be genuine, however large the window") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 0u - 1, .text = "evil"});  // N19
    CHECK(b.endpoint.readable() == 0);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 0, .text = "old, but ours"});
    CHECK(b.endpoint.readable() == 13);
}

TEST_CASE("a RST in the window but not at RCV.NXT draws a challenge ACK, outside of it nothing, at RCV.NXT it resets") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::rst, .sequence = 2});
    const auto challenge = b.take_one();
    CHECK(challenge.is_pure_ack());
    CHECK(challenge.sequence == 1);
    CHECK(challenge.acknowledgment == 1);
    b.arrives({.flags = flag::rst, .sequence = 65535});  // the last one in the window
    CHECK(b.take().size() == 1);
    b.arrives({.flags = flag::rst, .sequence = 65536});  // N37: where a peer stands that has filled it
    CHECK(b.take().size() == 1);
    b.arrives({.flags = flag::rst, .sequence = 65537});
    b.arrives({.flags = flag::rst, .sequence = 0});
    CHECK(b.quiet());
    CHECK(b.state() == state::established);
    b.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(b.state() == state::closed);
    CHECK(b.quiet());
}

TEST_CASE("a SYN on an open connection draws a challenge ACK, whatever its number, and nothing else") {
    bench<classic_tcp> b;
    b.establish();
    for (const std::uint32_t sequence : {0u, 1u, 500u, 0x80000000u, 0u - 1}) {
        b.arrives({.flags = flag::syn, .sequence = sequence, .text = "evil"});
        CHECK(b.take_one().is_pure_ack());
        CHECK(b.state() == state::established);
        CHECK(b.endpoint.readable() == 0);
    }
}

TEST_CASE("a SYN in SYN-RECEIVED that came by way of LISTEN brings it back there") {
    bench<classic_tcp> b;
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    b.take();
    b.arrives({.flags = flag::syn, .sequence = 100});
    CHECK(b.state() == state::listen);
    CHECK(b.quiet());
}

TEST_CASE("an ACK of nothing we sent is reset in SYN-RECEIVED, with its own number") {
    bench<classic_tcp> b;
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    b.take();
    for (const std::uint32_t wrong : {0u, 2u, 0u - 7}) {
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = wrong});
        const auto reset = b.take_one();
        CHECK(reset.flags == flag::rst);
        CHECK(reset.sequence == wrong);
        CHECK(b.state() == state::syn_received_passive);
    }
}

TEST_CASE("a segment without ACK is dropped once the connection is open") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::none, .sequence = 1, .text = "evil"});
    b.arrives({.flags = flag::fin, .sequence = 1});
    CHECK(b.quiet());
    CHECK(b.endpoint.readable() == 0);
    CHECK(b.state() == state::established);
}

TEST_CASE("a segment outside of the window is answered with an ACK of where the window is") {
    bench<classic_tcp> b;
    b.establish();
    b.says(lab::text(100));
    b.take();
    for (const std::uint32_t first : {0u, 50u, 65536u + 100u, 0x80000000u}) {
        b.arrives({.flags = flag::ack, .sequence = first, .acknowledgment = 1, .text = "evil"});
        const auto ack = b.take_one();
        CHECK(ack.is_pure_ack());
        CHECK(ack.acknowledgment == 101);
    }
    CHECK(b.endpoint.readable() == 100);
}

TEST_CASE("what lies outside of the window is cut off at either end; what covers the window is refused (table 6)") {
    bench<small_tcp> b;
    const std::string all = lab::text(3000);
    const auto piece = [&](std::uint32_t first, std::uint32_t length, tcp_flags flags) {
        b.arrives(
            {.flags = flags, .sequence = 1 + first, .acknowledgment = 1, .text = all.substr(first, length)});
    };
    b.establish();
    piece(0, 1000, flag::ack);
    piece(500, 2000, flag::ack);
    CHECK(b.endpoint.readable() == 1000);
    piece(500, 1000, flag::ack);
    CHECK(b.endpoint.readable() == 1500);
    piece(1500, 1000, flag::ack | flag::fin);
    CHECK(b.state() == state::established);  // the FIN went with the text before it
    CHECK(b.receive() == all.substr(0, 2048));
}

TEST_CASE("text for queued SENDs in the opening leaves when the connection is open, and a CLOSE waits for it") {
    bench<classic_tcp> b;
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    b.take();
    REQUIRE(b.send("greeting"));
    REQUIRE(b.shutdown());
    CHECK(b.quiet());
    CHECK(b.state() == state::syn_received_passive);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    const auto sent = b.take_one();
    CHECK(sent.text == "greeting");
    CHECK(sent.has(flag::fin));
    CHECK(b.state() == state::fin_wait_1);
}

TEST_CASE("a CLOSE in SYN-RECEIVED with nothing to send sends its FIN at once") {
    bench<classic_tcp> b;
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    b.take();
    REQUIRE(b.shutdown());
    CHECK(b.state() == state::fin_wait_1);
    CHECK(b.take_one().flags == (flag::fin | flag::ack));
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 2});
    CHECK(b.state() == state::fin_wait_2);
}
