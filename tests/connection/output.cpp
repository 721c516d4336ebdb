// SPDX-License-Identifier: MIT
// connection/output.hpp on the wire: what leaves first, how much at once, after a pause, and when records run out.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using mixed = lab::mixed<classic_tcp>;

namespace {

constexpr std::uint32_t mss = 1460;

/// Opens cwnd to at least this many segments by sending and acknowledging, then everything is acknowledged.
std::uint32_t grow(bench<classic_tcp>& b, std::uint32_t segments) {
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

TEST_CASE("without validation no more than the initial window leaves after an idle RTO (RFC 5681 section 4.1)") {
    bench<classic_tcp> b({.congestion = {.validation = {.enabled = false}}});
    b.establish();
    grow(b, 40);
    b.wait(b.block().rtt.rto() + 1ns);
    REQUIRE(b.send(lab::text(40 * mss)));
    CHECK(b.take().size() == 10);
    CHECK(b.block().congestion.window() == 10 * mss);
}

TEST_CASE("after less than an RTO the whole window may leave, and a smaller window is not raised by idleness") {
    bench<classic_tcp> brief;
    brief.establish();
    grow(brief, 40);
    brief.wait(brief.block().rtt.rto());
    REQUIRE(brief.send(lab::text(40 * mss)));
    CHECK(brief.take().size() == 40);

    mixed small(lab::each_mix());
    small.establish();
    REQUIRE(small.send(lab::text(10 * small.each)));
    for (std::uint32_t n = 1; n < 10; ++n) small.gets(n);
    small.gets(0);
    REQUIRE(small.block().congestion.window() == 5 * small.each);
    small.take();
    small.wait(1h);
    REQUIRE(small.send(lab::text(10 * small.each)));
    CHECK(small.take().size() <= 5);
    CHECK(small.block().congestion.window() == 5 * small.each);
}

TEST_CASE("ssthresh outlives idleness") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(10 * b.each)));
    for (std::uint32_t n = 1; n < 10; ++n) b.gets(n);
    b.gets(0);
    b.wait(1h);
    REQUIRE(b.send("after"));
    CHECK(b.block().congestion.ssthresh() == 5 * b.each);
}

TEST_CASE("what was lost leaves before what is new, and both before an ACK of their own") {
    mixed b(lab::each_mix());
    b.establish();
    REQUIRE(b.send(lab::text(20 * b.each)));
    b.take();
    // Three reports in one batch, before anything can leave, and then text.
    for (std::uint32_t n = 2; n < 5; ++n) {
        tcp_options options;
        if (b.mix.sack) options.sack.push_back({seq(b.at(1)), seq(b.at(n))});
        b.deliver({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = options});
    }
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
    bench<classic_tcp> one, super;
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
    const lab::option_mix mix = lab::each_mix();
    for (const std::uint32_t iss : {0xfffffff0u, 0x7ffffff0u, 0u}) {
        using wrapping = lab::mixed<plain_tcp>;
        wrapping b(mix, {.congestion = {.octets = 65535}, .isn = {.start = iss - 250'000}});  // the clock stands at 1 s
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
