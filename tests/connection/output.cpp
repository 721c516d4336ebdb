// SPDX-License-Identifier: MIT
// connection/output.hpp on the wire: what leaves first, how much at once, after a pause, and when records run out.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

constexpr std::uint32_t mss = 1460;

/// Opens cwnd to at least this many segments by sending and acknowledging, then everything is acknowledged.
std::uint32_t grow(bench<default_tcp>& b, std::uint32_t segments) {
    std::uint32_t acked = b.next_ack();
    while (b.block().congestion.window() < segments * mss) {
        REQUIRE(b.send(lab::text(40 * mss)));
        b.acks(acked = b.next_ack());
    }
    while (!b.block().nothing_owed()) b.acks(acked = b.next_ack());
    b.take();
    return acked;
}

}  // namespace

TEST_CASE("after an idle RTO no more than the initial window leaves at once (RFC 5681 section 4.1)") {
    bench<default_tcp> b;
    b.establish();
    grow(b, 40);
    b.wait(b.block().rtt.rto() + 1ns);
    REQUIRE(b.send(lab::text(40 * mss)));
    CHECK(b.take().size() == 10);
    CHECK(b.block().congestion.window() == 10 * mss);
}

TEST_CASE("after less than an RTO the whole window may leave, and a smaller window is not raised by idleness") {
    bench<default_tcp> brief;
    brief.establish();
    grow(brief, 40);
    brief.wait(brief.block().rtt.rto());
    REQUIRE(brief.send(lab::text(40 * mss)));
    CHECK(brief.take().size() == 40);

    bench<default_tcp> small;
    small.establish();
    REQUIRE(small.send(lab::text(10 * mss)));
    for (int i = 0; i < 9; ++i) small.acks(1);
    small.acks(1 + 10 * mss);
    REQUIRE(small.block().congestion.window() == 5 * mss);
    small.take();
    small.wait(1h);
    REQUIRE(small.send(lab::text(10 * mss)));
    CHECK(small.take().size() <= 5);
    CHECK(small.block().congestion.window() == 5 * mss);
}

TEST_CASE("ssthresh outlives idleness") {
    bench<default_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(10 * mss)));
    for (int i = 0; i < 9; ++i) b.acks(1);
    b.acks(1 + 10 * mss);
    b.wait(1h);
    REQUIRE(b.send("after"));
    CHECK(b.block().congestion.ssthresh() == 5 * mss);
}

TEST_CASE("what was lost leaves before what is new, and both before an ACK of their own") {
    bench<default_tcp> b;
    b.establish();
    REQUIRE(b.send(lab::text(20 * mss)));
    b.take();
    for (int i = 0; i < 3; ++i) b.deliver({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    b.deliver({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "theirs"});
    b.flush();
    const auto sent = b.take();
    REQUIRE(!sent.empty());
    CHECK(sent[0].sequence == 1);
    for (const auto& s : sent) {
        CHECK(!s.text.empty());
        CHECK(s.acknowledgment == 7);
    }
}

TEST_CASE("a link that takes super-segments sees the same octets in the same segments") {
    bench<default_tcp> one, super;
    super.endpoint.set_largest_super_segment(65536);
    for (auto* b : {&one, &super}) {
        b->establish();
        REQUIRE(b->send(lab::text(9 * mss + 100)));
    }
    const auto a = one.take(), z = super.take();
    REQUIRE(a.size() == z.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].sequence == z[i].sequence);
        CHECK(a[i].text == z[i].text);
        CHECK(a[i].flags == z[i].flags);
    }
}

TEST_CASE("out of records nothing new leaves, nothing is lost, and all of it arrives in the end") {
    bench<small_tcp> b;  // 16 records, one of which is kept back for cutting
    b.establish();
    auto options = b.endpoint.connection().options();
    options.nagle = false;
    b.set_options(options);
    std::string all, got;
    for (int i = 0; i < 40; ++i) {
        const std::string piece = lab::text(static_cast<std::size_t>(10 + i));
        REQUIRE(b.send(piece).value() == piece.size());
        all += piece;
        b.wait(1us);  // each a burst of its own
    }
    CHECK(b.take().size() == 15);
    std::uint32_t acked = 1;
    while (!b.block().nothing_owed()) {
        b.acks(acked = b.next_ack());
        for (const auto& s : b.take()) got += s.text;
    }
    CHECK(acked == 1 + all.size());
    std::size_t first = 0;
    for (int i = 0; i < 15; ++i) first += static_cast<std::size_t>(10 + i);
    CHECK(got == all.substr(first));
}

TEST_CASE("every ISS gives the same conversation, across the end of the sequence space too") {
    for (const std::uint32_t iss : {0xfffffff0u, 0x7ffffff0u, 0u}) {
        using wrapping = bench<plain_tcp>;
        wrapping b({.congestion = {.octets = 65535}, .isn = {.start = iss - 250'000}});  // the clock stands at 1 s
        b.peer_iss = seq(0xfffffff0);
        b.establish();
        REQUIRE(b.iss() == seq(iss));
        REQUIRE(b.send(lab::text(20'000)));
        b.wait(1s);  // and again, by its timer
        b.acks(1 + 20'000);
        b.says(lab::text(1000));
        CHECK(b.receive() == lab::text(1000));
        REQUIRE(b.shutdown());
        b.acks(1 + 20'001);
        CHECK(b.state() == state::fin_wait_2);
        CHECK(b.endpoint.count().timeouts == 1);
    }
}
