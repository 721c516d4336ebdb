// SPDX-License-Identifier: MIT
// RFC 9293 section 3.8.6.3: when an ACK may wait, and for how long.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

/// The first segments of a connection are acknowledged at once, so that the peer's slow start is not held up.
void past_quick_start(bench<classic_tcp>& b) {
    b.establish();
    for (int i = 0; i < 16; ++i) {
        b.says(lab::text(1460));
        REQUIRE(b.take().size() == 1);
    }
    b.receive();
    b.take();
}

/// A policy that asks for more than the RFC allows.
struct lazy {
    using slot = ack_slot;
    instant acknowledge_by(const arrival_report& r) const { return r.now + 10s; }
};

}  // namespace

TEST_CASE("MUST-40 a policy that would delay for longer is held to less than half a second") {
    bench<sluice::tcp<lazy>> b;
    b.establish();
    b.says("x");
    b.wait(499ms - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    CHECK(b.take_one().is_pure_ack());
}

TEST_CASE("SHLD-18 MUST-40 the ACK of one segment waits for company, but no longer than 40 ms") {
    bench<classic_tcp> b;
    past_quick_start(b);
    b.says(lab::text(1460));
    b.wait(40ms - 1ns);
    CHECK(b.quiet());
    b.wait(1ns);
    const auto ack = b.take_one();
    CHECK(ack.is_pure_ack());
    CHECK(ack.acknowledgment == b.next_seq());
}

TEST_CASE("MUST-40 no ACK is delayed by half a second, however little comes and however often") {
    bench<classic_tcp> b;
    past_quick_start(b);
    for (int i = 0; i < 50; ++i) {
        const instant arrived = b.now;
        b.says("x");
        b.wait(30ms);  // the next comes before the first is acknowledged: that must not begin the delay anew
        b.says("y");
        b.wait(500ms - 30ms - 1ns);
        const auto acks = b.take();
        REQUIRE(!acks.empty());
        CHECK(acks.front().at - arrived < 500ms);
        CHECK(acks.front().at - arrived == 40ms);
        CHECK(acks.back().acknowledgment == b.next_seq());
    }
}

TEST_CASE("SHLD-18 an ACK that waits rides on text of ours, and is not sent again") {
    bench<classic_tcp> b;
    past_quick_start(b);
    b.says("question");
    REQUIRE(b.send("answer"));
    const auto sent = b.take_one();
    CHECK(sent.text == "answer");
    CHECK(sent.acknowledgment == b.next_seq());
    b.wait(100ms);
    CHECK(b.quiet());
}

TEST_CASE("SHLD-19 every second full-sized segment is acknowledged at once") {
    bench<classic_tcp> b;
    past_quick_start(b);
    for (int i = 0; i < 10; ++i) {
        b.says(lab::text(1460));
        CHECK(b.quiet());
        b.says(lab::text(1460));
        CHECK(b.take_one().acknowledgment == b.next_seq());
        b.receive();
        b.take();
    }
}

TEST_CASE("SHLD-19 two segments' worth of octets are acknowledged at once however they are cut") {
    bench<classic_tcp> b;
    past_quick_start(b);
    for (const std::size_t length : {1000u, 1000u, 919u}) {
        b.says(lab::text(length));
        CHECK(b.quiet());
    }
    b.says("!");
    CHECK(b.take_one().acknowledgment == b.next_seq());
}

TEST_CASE("SHLD-19 full-sized is what had no room for more: SACK blocks take it from the text, a push does not") {
    for (const bool timestamps : {false, true})
        for (const bool has_blocks : {false, true}) {
            CAPTURE(timestamps);
            CAPTURE(has_blocks);
            bench<default_tcp> b;
            b.peer_offers.sack_permitted = true;
            if (timestamps) b.peer_offers.timestamps = timestamps_option{1000, 0};
            b.establish();
            const std::uint32_t full = 1460 - (timestamps ? 12 : 0);
            for (int i = 0; i < 16; ++i) b.says(lab::text(full));
            b.receive();
            b.take();
            tcp_options options;
            if (has_blocks)
                for (const std::uint32_t at : {100u, 300u}) options.sack.push_back({seq(at), seq(at + 100)});
            for (const bool second : {false, true}) {
                CHECK(b.quiet());
                b.arrives({.flags = flag::ack | flag::psh,
                           .sequence = b.next_seq(),
                           .acknowledgment = b.next_ack(),
                           .text = lab::text(full - tcp_options::sack_length(2)),
                           .options = options});
                if (second) CHECK(b.sent.size() == (has_blocks ? 1u : 0u));
            }
            b.wait(40ms);
            CHECK(b.take_one().acknowledgment == b.next_seq());
        }
}

TEST_CASE("a gap, its filling and a FIN are acknowledged at once") {
    bench<classic_tcp> b;
    past_quick_start(b);
    const std::uint32_t at = b.next_seq();
    b.arrives({.flags = flag::ack, .sequence = at + 10, .acknowledgment = 1, .text = "later"});
    CHECK(b.take_one().acknowledgment == at);
    b.arrives({.flags = flag::ack, .sequence = at, .acknowledgment = 1, .text = "ten octets"});
    CHECK(b.take_one().acknowledgment == at + 15);
    b.arrives({.flags = flag::ack | flag::fin, .sequence = at + 15, .acknowledgment = 1});
    CHECK(b.take_one().acknowledgment == at + 16);
}

TEST_CASE("every_segment delays nothing") {
    bench<plain_tcp> b;
    b.establish();
    for (int i = 0; i < 30; ++i) {
        b.says("x");
        CHECK(b.take().size() == 1);
    }
}
