// SPDX-License-Identifier: MIT
// What a congestion policy is told (policy/reports.hpp), seen by one that writes everything down.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;

namespace {

constexpr std::uint32_t mss = 1000;

/// A window of ten segments that nothing moves.
struct writes_down {
    using slot = congestion_slot;
    std::vector<start_report> starts{};
    std::vector<ack_report> acks{};
    std::vector<congestion_report> congestions{};
    std::vector<rto_report> timeouts{};
    std::vector<idle_report> idles{};
    std::uint32_t each = mss;

    std::uint32_t window() const { return 10 * each; }
    void on_start(const start_report& r) {
        starts.push_back(r);
        each = r.mss;
    }
    void on_ack(const ack_report& r) { acks.push_back(r); }
    void on_congestion(const congestion_report& r) { congestions.push_back(r); }
    void on_rto(const rto_report& r) { timeouts.push_back(r); }
    void on_idle(const idle_report& r) { idles.push_back(r); }
};

using told_tcp = tcp<writes_down, sack_recovery, fixed_buffers<65536, 65535, 64, 8>, testing::gate_audit>;

struct told : bench<told_tcp> {
    using bench::bench;
    const writes_down& policy() const { return block().congestion; }
    void begin() { establish(65535, static_cast<std::uint16_t>(mss)); }
};

/// The same with a mix of options, which takes part in what segments hold.
struct told_mixed : lab::mixed<told_tcp> {
    told_mixed() : mixed(lab::each_mix(), {}, mss) { establish(); }
    const writes_down& policy() const { return block().congestion; }
};

}  // namespace

TEST_CASE("the start tells segment size and lost SYNs, once; the ACK of our SYN is no ACK of data") {
    told b;
    CHECK(b.connect());
    REQUIRE(b.wait_for_deadline());
    REQUIRE(b.wait_for_deadline());
    b.arrives(
        {.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = static_cast<std::uint16_t>(mss)});
    REQUIRE(b.policy().starts.size() == 1);
    CHECK(b.policy().starts[0].now == b.now);
    CHECK(b.policy().starts[0].mss == mss);
    CHECK(b.policy().starts[0].syn_retries == 2);
    CHECK(b.policy().acks.empty());
    CHECK(b.policy().timeouts.empty());  // nor are its timeouts congestion of the data's path
}

TEST_CASE("an ACK tells octets, pipe before and after, its sample and the smallest one") {
    told b;
    b.begin();
    CHECK(b.send(std::string(4 * mss, 'x')));
    b.now += 30ms;
    b.acks(1 + mss);
    b.now += 20ms;
    b.acks(1 + 4 * mss);
    REQUIRE(b.policy().acks.size() == 2);
    const ack_report &first = b.policy().acks[0], &second = b.policy().acks[1];
    CHECK(first.newly_acked == mss);
    CHECK(first.pipe_before == 4 * mss);
    CHECK(first.pipe == 3 * mss);
    CHECK(first.rtt == 30ms);
    CHECK(second.newly_acked == 3 * mss);
    CHECK(second.pipe == 0);
    CHECK(second.rtt == 50ms);
    CHECK(second.min_rtt == 0ms);  // the handshake took no time here
    CHECK_FALSE(second.in_recovery);
    CHECK_FALSE(second.after_timeout);
}

TEST_CASE("a round begins with the first ACK of what was sent after the last one began") {
    told b;
    b.begin();
    CHECK(b.send(std::string(20 * mss, 'x')));  // ten leave
    const auto round_starts = [&] { return b.policy().acks.back().round_start; };
    b.acks(1 + mss);
    CHECK(round_starts());
    for (std::uint32_t i = 2; i <= 10; ++i) {
        b.acks(1 + i * mss);
        CHECK_FALSE(round_starts());
    }
    b.acks(1 + 11 * mss);  // sent when the first was acknowledged
    CHECK(round_starts());
}

TEST_CASE("the window limits while more is queued than it lets out, and the application limits when all of it is out") {
    told b;
    b.begin();
    CHECK(b.send(std::string(30 * mss, 'x')));
    b.acks(1 + 10 * mss);
    CHECK(b.policy().acks.back().cwnd_limited);
    CHECK_FALSE(b.policy().acks.back().app_limited);
    b.acks(1 + 20 * mss);
    b.acks(1 + 30 * mss);
    CHECK(b.send(std::string(2 * mss, 'x')));
    b.acks(1 + 32 * mss);
    b.now += 10ms;
    CHECK(b.send(std::string(2 * mss, 'x')));
    b.acks(1 + 34 * mss);
    CHECK_FALSE(b.policy().acks.back().cwnd_limited);
    CHECK(b.policy().acks.back().app_limited);
}

TEST_CASE("an episode is told once, with what is out; its ACKs say that they belong to it") {
    told_mixed b;
    CHECK(b.send(std::string(20 * b.each, 'x')));
    b.gets({1, 2, 3, 5, 6});  // 0 and 4 are lost
    REQUIRE(b.policy().congestions.size() == 1);
    CHECK(b.policy().congestions[0].flight == 10 * b.each);
    // Limited transmit has sent two. Without SACK one segment of all twelve is known to have left the network (RFC
    // 6582), with it the three that were reported, too.
    CHECK(b.policy().congestions[0].pipe == (b.mix.sack ? 8 : 11) * b.each);
    b.gets(7);
    // RFC 6675: the third segment above 4. RFC 6582: a partial ACK will tell of it.
    if (b.mix.sack) CHECK(b.policy().acks.back().newly_lost == b.each);
    b.gets(0);
    CHECK(b.policy().acks.back().newly_acked == 4 * b.each);
    CHECK(b.policy().acks.back().in_recovery);
    CHECK(b.policy().acks.back().newly_lost == (b.mix.sack ? 0 : b.each));
    b.gets_all_below((b.next_ack() - 1) / b.each);
    CHECK(b.policy().acks.back().in_recovery);  // it ends with this one
    while (!b.block().nothing_owed()) b.gets_all_below((b.next_ack() - 1) / b.each);
    CHECK(b.send(std::string(b.each, 'x')));
    b.gets(20);
    CHECK_FALSE(b.policy().acks.back().in_recovery);
    CHECK(b.policy().congestions.size() == 1);
    CHECK(b.policy().timeouts.empty());
}

TEST_CASE(
    "a timeout says whether it is the octet's first, and ACKs after it say so until all of that time is acknowledged") {
    told_mixed b;
    CHECK(b.send(std::string(3 * b.each, 'x')));
    REQUIRE(b.wait_for_deadline());
    REQUIRE(b.wait_for_deadline());
    REQUIRE(b.policy().timeouts.size() == 2);
    CHECK(b.policy().timeouts[0].first);
    CHECK(b.policy().timeouts[0].flight == 3 * b.each);
    CHECK_FALSE(b.policy().timeouts[1].first);
    b.gets_all_below(1);
    CHECK(b.policy().acks.back().after_timeout);
    CHECK(b.policy().acks.back().rtt.has_value() == b.mix.timestamps);  // Karn, and the echo (RFC 7323)
    b.gets_all_below(3);
    CHECK(b.policy().acks.back().after_timeout);
    CHECK(b.send(std::string(b.each, 'x')));
    b.gets_all_below(4);
    CHECK_FALSE(b.policy().acks.back().after_timeout);
}

TEST_CASE("silence of more than a timeout is told before the next segment, shorter silence is not") {
    told b;
    b.begin();
    CHECK(b.send(std::string(mss, 'x')));
    b.acks(1 + mss);
    b.wait(b.block().rtt.rto());
    CHECK(b.send(std::string(mss, 'x')));
    CHECK(b.policy().idles.empty());
    b.acks(1 + 2 * mss);
    b.wait(b.block().rtt.rto() + 1ns);
    CHECK(b.send(std::string(mss, 'x')));
    REQUIRE(b.policy().idles.size() == 1);
    CHECK(b.policy().idles[0].now == b.now);
}

TEST_CASE(
    "room that a reader makes is announced when two segments are free that the peer does not know of, not before") {
    bench<classic_tcp> b;
    b.establish();
    for (int i = 0; i < 10; ++i) b.says(std::string(1460, 'x'));
    b.take();
    const std::uint32_t known = b.block().rcv.wnd();
    b.receive(1460);
    CHECK(b.quiet());
    b.receive(1459);
    CHECK(b.quiet());
    b.receive(1);
    CHECK(b.take_one().window == known + 2 * 1460);
}

TEST_CASE("what duplicate ACKs show to be lost is told with the ACK that shows it, and once") {
    told_mixed b;
    CHECK(b.send(std::string(10 * b.each, 'x')));
    b.take();
    b.gets({1, 2});
    // A duplicate ACK alone says nothing of what has arrived; a SACK does.
    const std::size_t before = b.mix.sack ? 2 : 0;
    REQUIRE(b.policy().acks.size() == before);
    for (const ack_report& r : b.policy().acks) {
        CHECK(r.newly_sacked == b.each);
        CHECK(r.newly_lost == 0);
        CHECK_FALSE(r.in_recovery);
    }
    b.gets(3);
    REQUIRE(b.policy().acks.size() == before + 1);
    CHECK(b.policy().acks[before].newly_lost == b.each);
    CHECK(b.policy().acks[before].newly_acked == 0);
    CHECK(b.policy().acks[before].delivered == (b.mix.sack ? b.each : 0));
    CHECK(b.policy().acks[before].in_recovery);
    b.gets(4);
    REQUIRE(b.policy().acks.size() == (b.mix.sack ? 4 : 1));
    if (b.mix.sack) CHECK(b.policy().acks.back().newly_lost == 0);
}
