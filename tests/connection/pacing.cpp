// SPDX-License-Identifier: MIT
// connection/pacing.hpp: packets leave at the rate that the congestion policy names, and the connection says when.
#include "support/lab.hpp"

#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/testing/audit.hpp>

using namespace sluice;

namespace {

/// A window that does not matter, and a segment of 1460 octets each millisecond.
struct metronome {
    using slot = congestion_slot;
    std::uint64_t rate = 1'460'000;
    constexpr std::uint32_t window() const { return 1 << 20; }
    constexpr std::uint64_t pacing_rate() const { return rate; }
};
struct with_burst : metronome {
    constexpr std::uint32_t pacing_burst() const { return 5 * 1460; }
};

template <class Congestion>
using paced = tcp<testing::gate_audit, fixed_buffers<>, Congestion, sack_recovery, no_timestamps>;

/// When each of the segments left, counted from now.
template <class Bench>
std::vector<duration> departures(Bench& b, std::size_t segments) {
    const instant began = b.now;
    REQUIRE(b.send(lab::text(segments * 1460)));
    b.wait(duration(1ms) * segments);
    std::vector<duration> out;
    for (const auto& s : b.take()) out.push_back(s.at - began);
    return out;
}

}  // namespace

TEST_CASE("each packet puts off the next; what was not used before makes up for a millisecond, no more") {
    lab::bench<paced<metronome>> b;
    b.establish();
    b.wait(10s);
    const auto left = departures(b, 20);
    REQUIRE(left.size() == 20);
    CHECK(left[0] == 0ms);
    for (std::size_t i = 1; i < 20; ++i) CHECK(left[i] == duration(1ms) * (i - 1));
}

TEST_CASE("control: a rate of zero is none: all of it leaves at once") {
    lab::bench<paced<metronome>> b({.congestion = {.rate = 0}});
    b.establish();
    const auto left = departures(b, 20);
    REQUIRE(left.size() == 20);
    CHECK(left.back() == 0ms);
}

TEST_CASE("a policy may let a burst out at first, and after each pause") {
    lab::bench<paced<with_burst>> b;
    b.establish();
    for (int pause = 0; pause < 2; ++pause) {
        const auto left = departures(b, 20);
        REQUIRE(left.size() == 20);
        CHECK(left[4] == 0ms);
        CHECK(left[6] == 0ms);  // the burst, what may leave now, and a millisecond's worth that was not used before
        CHECK(left[7] == 1ms);
        CHECK(left[19] == 13ms);
        b.acks(b.next_ack());
        b.wait(10s);
    }
}

TEST_CASE("a super-segment is no longer than what leaves in a millisecond, or two segments") {
    for (const auto& [rate, longest] : {std::pair{1'460'000u, 2u}, {14'600'000u, 10u}}) {
        lab::bench<paced<metronome>> b({.congestion = {.rate = rate}});
        b.endpoint.set_largest_super_segment(65535);
        b.establish();
        const auto left = departures(b, 40);
        REQUIRE(left.size() == 40);
        // The first may be followed at once, as before; behind it they leave one by one.
        for (std::size_t i = 2 * longest; i < 40; ++i)
            CHECK((left[i] - left[i - 1] == 0ms) == (i % longest != 0));
        CHECK(left[39] - left[2 * longest] == (39 - 2 * longest) / longest * longest * (duration(1s) / (rate / 1460)));
    }
}

TEST_CASE("what leaves again is paced as well, but for what has to leave at once; ACKs are not") {
    lab::bench<paced<metronome>> b;
    b.establish();
    departures(b, 20);
    REQUIRE(b.wait_for_deadline());  // the retransmission timer
    const instant expired = b.now;
    b.arrives({.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = 1, .text = lab::text(1460)});
    b.arrives({.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = 1, .text = lab::text(1460)});
    auto left = b.take();
    CHECK(std::erase_if(left, [](const auto& s) { return s.text.empty(); }) > 0);
    REQUIRE(left.size() == 2);  // what is forced, and what a millisecond makes up for
    b.wait(5ms);
    left = b.take();
    REQUIRE(left.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(left[i].at - expired == duration(1ms) * (i + 1));
}

TEST_CASE("RFC 7661: after a pause the initial window leaves at once, and what is kept beyond it over one round trip") {
    using kept = tcp<testing::gate_audit, fixed_buffers<>, reno, sack_recovery, no_timestamps>;
    constexpr duration rtt = 40ms;
    lab::bench<kept> b;
    REQUIRE(b.connect());
    b.wait(rtt);
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
    b.take();
    while (b.block().congestion.window() < 40 * 1460) {
        REQUIRE(b.send(lab::text(40 * 1460)));
        while (!b.block().nothing_owed()) {
            b.wait(rtt);
            b.acks(b.next_ack());
        }
    }
    b.take();
    const std::uint32_t window = b.block().congestion.window();
    b.wait(10s);
    const instant began = b.now;
    REQUIRE(b.send(lab::text(40 * 1460)));
    b.wait(rtt);
    const auto left = b.take();
    REQUIRE(left.size() == 40);
    CHECK(left[9].at == began);
    const duration each = rtt * 1460 / window;
    CHECK(left[11].at == began);  // the next one, and a millisecond's worth
    for (std::size_t i = 13; i < 40; ++i) CHECK(std::chrono::abs(left[i].at - left[i - 1].at - each) < 2us);
    CHECK(b.block().congestion.window() == window);
}

TEST_CASE("a small end that waits for its turn is not out yet: Nagle does not hold it for itself (section 3.7.4)") {
    lab::bench<paced<metronome>> b;
    b.establish();
    REQUIRE(b.send(lab::text(20 * 1460 + 100)));
    b.wait(30ms);
    const auto left = b.take();
    REQUIRE(left.size() == 21);
    CHECK(left.back().text.size() == 100);
}

TEST_CASE("who is closed waits for no packet") {
    lab::bench<paced<metronome>> b;
    b.establish();
    REQUIRE(b.send(lab::text(20 * 1460)));
    b.take();
    CHECK(b.endpoint.next_deadline() <= b.now + 1ms);
    b.arrives({.flags = flag::rst, .sequence = b.next_seq()});
    CHECK(b.endpoint.next_deadline() == never);
}
