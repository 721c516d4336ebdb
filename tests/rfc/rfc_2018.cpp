// SPDX-License-Identifier: MIT
// RFC 2018 (SACK, the receiver's side) and RFC 2883 (D-SACK): which blocks leave, and what is believed of those that come.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

using blocks = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

blocks of(const tcp_options& options) {
    blocks out;
    for (const sack_block& b : options.sack) out.emplace_back(b.begin.number(), b.end.number());
    return out;
}

tcp_options sacks(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges) {
    tcp_options out;
    for (const auto& [begin, end] : ranges) out.sack.push_back({seq(begin), seq(end)});
    return out;
}

struct receiver : bench<default_tcp> {
    explicit receiver(bool timestamps = false, std::uint32_t first = 1) {
        peer_offers.sack_permitted = true;
        if (timestamps) peer_offers.timestamps = timestamps_option{};
        establish();
        // The RFCs' examples begin at round numbers.
        for (std::uint32_t at = 1; at < first;) {
            const auto length = std::min(first - at, 1000u);
            arrives({.flags = flag::ack, .sequence = at, .acknowledgment = 1, .text = lab::text(length)});
            at += length;
        }
        bench::receive();
        wait(50ms);
        take();
    }

    /// Text [begin, end) arrives; gives the ACK that it draws, or the last of several.
    lab::wire_segment gets(std::uint32_t begin, std::uint32_t end) {
        arrives({.flags = flag::ack, .sequence = begin, .acknowledgment = 1, .text = lab::text(end - begin)});
        wait(50ms);
        const auto left = take();
        REQUIRE(!left.empty());
        return left.back();
    }
};

}  // namespace

TEST_CASE("RFC 2018 example: the first of eight segments is lost, each ACK reports the growing run behind the gap") {
    receiver b(false, 5000);
    for (std::uint32_t end = 6000; end <= 8500; end += 500) {
        const auto ack = b.gets(end - 500, end);
        CHECK(ack.acknowledgment == 5000);
        CHECK(of(ack.options) == blocks{{5500, end}});
    }
}

TEST_CASE("RFC 2018 example: every second segment is lost, and the latest runs stand first") {
    receiver b(false, 5000);
    CHECK(of(b.gets(5000, 5500).options) == blocks{});
    CHECK(of(b.gets(6000, 6500).options) == blocks{{6000, 6500}});
    CHECK(of(b.gets(7000, 7500).options) == blocks{{7000, 7500}, {6000, 6500}});
    CHECK(of(b.gets(8000, 8500).options) == blocks{{8000, 8500}, {7000, 7500}, {6000, 6500}});
    // The fourth segment comes, out of order: it joins two runs.
    const auto joined = b.gets(6500, 7000);
    CHECK(joined.acknowledgment == 5500);
    CHECK(of(joined.options) == blocks{{6000, 7500}, {8000, 8500}});
    // Then the second: one run is left.
    const auto filled = b.gets(5500, 6000);
    CHECK(filled.acknowledgment == 7500);
    CHECK(of(filled.options) == blocks{{8000, 8500}});
}

TEST_CASE("four blocks have room, three beside timestamps, and what was reported long ago goes first") {
    for (const bool timestamps : {false, true}) {
        receiver b(timestamps);
        for (std::uint32_t i = 1; i <= 6; ++i) b.gets(i * 100, i * 100 + 10);
        const auto ack = b.gets(700, 710);
        blocks expected{{700, 710}, {600, 610}, {500, 510}, {400, 410}};
        if (timestamps) expected.pop_back();
        CHECK(of(ack.options) == expected);
        CHECK(ack.options.timestamps.has_value() == timestamps);
    }
}

TEST_CASE("text that leaves while something is missing carries the blocks, and is the shorter for them (N34)") {
    receiver b;
    b.gets(101, 201);
    REQUIRE(b.send(lab::text(3000)));
    const auto left = b.take();
    REQUIRE(left.size() == 2);
    for (const auto& s : left) {
        CHECK(of(s.options) == blocks{{101, 201}});
        CHECK(s.text.size() == 1460 - 12);
    }
}

TEST_CASE("nobody who has not permitted SACK gets a block, and none of its blocks counts") {
    bench<default_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack, .sequence = 101, .acknowledgment = 1, .text = "behind a gap"});
    CHECK(b.take_one().options.sack.empty());
    REQUIRE(b.send(lab::text(3 * 1460)));
    b.take();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = sacks({{1461, 4381}})});
    CHECK(b.block().flight.sacked_octets() == 0);
}

// ---- D-SACK: the examples of RFC 2883 section 4 -----------------------------------------------------------------------

TEST_CASE("RFC 2883 4.1.1: a segment that comes twice is reported once, below the ACK") {
    receiver b(false, 500);
    b.gets(500, 1000);
    b.gets(1000, 1500);
    const auto twice = b.gets(1000, 1500);
    CHECK(twice.acknowledgment == 1500);
    CHECK(of(twice.options) == blocks{{1000, 1500}});
    CHECK(of(b.gets(1500, 2000).options) == blocks{});
}

TEST_CASE("RFC 2883 4.1.2: the duplicate of what is not acknowledged yet stands before the run that holds it") {
    receiver b(false, 3000);
    b.gets(3500, 4000);
    b.gets(4500, 5000);
    const auto twice = b.gets(3500, 4000);
    CHECK(twice.acknowledgment == 3000);
    CHECK(of(twice.options) == blocks{{3500, 4000}, {3500, 4000}, {4500, 5000}});
}

TEST_CASE("RFC 2883 4.2: part of a segment has come before, below the ACK or above it") {
    receiver below(false, 1000);
    below.gets(1000, 1500);
    const auto part = below.gets(1200, 1700);
    CHECK(part.acknowledgment == 1700);
    CHECK(of(part.options) == blocks{{1200, 1500}});

    receiver above(false, 1000);
    above.gets(1500, 2000);
    const auto overlapping = above.gets(1800, 2500);
    CHECK(overlapping.acknowledgment == 1000);
    CHECK(of(overlapping.options) == blocks{{1800, 2000}, {1500, 2500}});
}

TEST_CASE("RFC 2883 4.2.3: of a segment with two duplicate parts the first is reported") {
    receiver b(false, 1000);
    b.gets(1500, 2000);
    b.gets(2500, 3000);
    const auto ack = b.gets(1000, 3500);
    CHECK(ack.acknowledgment == 3500);
    CHECK(of(ack.options) == blocks{{1500, 2000}});
}

TEST_CASE("a D-SACK that comes is counted, whatever it is above, and marks nothing") {
    receiver b;
    REQUIRE(b.send(lab::text(4 * 1460)));
    b.take();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1461, .options = sacks({{1, 1461}})});
    CHECK(b.endpoint.count().arrived_twice == 1);
    CHECK(b.block().flight.sacked_octets() == 0);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1461, .options = sacks({{2921, 4381}, {2921, 5841}})});
    CHECK(b.endpoint.count().arrived_twice == 2);
    CHECK(b.block().flight.sacked_octets() == 2 * 1460);
}

TEST_CASE("blocks that no octet of ours stands behind are dropped (N32)") {
    receiver b;
    REQUIRE(b.send(lab::text(4 * 1460)));
    b.take();
    for (const auto& [begin, end] : blocks{{1461, 99999}, {5842, 5850}, {2000, 2000}, {3000, 2500}, {1u << 31, 5000}})
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = sacks({{begin, end}})});
    CHECK(b.block().flight.sacked_octets() == 0);
    CHECK(b.quiet());
}

// ---- the sender: RFC 6675 ---------------------------------------------------------------------------------------------

namespace {

struct sender : receiver {
    explicit sender(bool timestamps = false, int segments = 20, std::uint32_t window = 40) : receiver(timestamps) {
        // Far from any limit of the window: slow start has grown it.
        each = full_segment();
        for (int round = 0; block().congestion.window() < window * each; ++round) {
            REQUIRE(round < 100);
            REQUIRE(send(lab::text(std::min(window + 1, 44u) * each)));
            while (!block().nothing_owed()) acks(next_ack());
        }
        take();
        first = next_ack();
        REQUIRE(send(lab::text(static_cast<std::size_t>(segments) * each)));
        REQUIRE(take().size() == static_cast<std::size_t>(segments));
    }
    std::uint32_t each = 0, first = 0;
    std::uint32_t at(std::uint32_t segment) const { return first + segment * each; }

    /// An ACK of all below segment `upto`, with blocks in segments.
    std::vector<lab::wire_segment> hears(std::uint32_t upto, std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> runs) {
        tcp_options o;
        for (const auto& [begin, end] : runs) o.sack.push_back({seq(at(begin)), seq(at(end))});
        arrives({.flags = flag::ack, .sequence = next_seq(), .acknowledgment = at(upto), .options = o});
        return take();
    }
};

}  // namespace

TEST_CASE("RFC 6675: what has three segments reported above it is lost: it leaves at once, and the window is halved once") {
    for (const bool timestamps : {false, true}) {
        sender b(timestamps);
        const std::uint32_t flight = b.block().snd.flight();
        CHECK(b.hears(0, {{1, 2}}).empty());
        CHECK(b.hears(0, {{1, 3}}).empty());  // 2 · SMSS is not more than 2 · SMSS
        const auto again = b.hears(0, {{1, 4}});
        REQUIRE(again.size() == 1);
        CHECK(again[0].sequence == b.at(0));
        CHECK(again[0].text.size() == b.each);
        CHECK(b.block().congestion.window() == flight / 2);
        CHECK(b.endpoint.count().recoveries == 1);
        // The rest arrives: one segment more in the pipe for each that left it, once it is down to the target.
        b.hears(0, {{1, 20}});
        CHECK(b.hears(20, {}).empty());
        CHECK(b.endpoint.count().recoveries == 1);
        CHECK(b.endpoint.count().retransmitted == 1);
        CHECK(b.endpoint.count().timeouts == 0);
    }
}

TEST_CASE("RFC 6675: three runs above a hole are enough, however small") {
    sender b;
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = b.first,
               .options = sacks({{b.at(1), b.at(1) + 10}})});
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = b.first,
               .options = sacks({{b.at(2), b.at(2) + 10}, {b.at(1), b.at(1) + 10}})});
    CHECK(b.quiet());
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = b.first,
               .options = sacks({{b.at(3), b.at(3) + 10}, {b.at(2), b.at(2) + 10}, {b.at(1), b.at(1) + 10}})});
    const auto again = b.take();
    REQUIRE(!again.empty());
    CHECK(again[0].sequence == b.at(0));
}

TEST_CASE("RFC 6675: many holes are filled in one round trip, each once, lowest first, as the pipe has room") {
    sender b;
    // Segments 0, 4, 8, 12 and 16 are lost; the others are reported as they arrive.
    std::vector<std::uint32_t> again;
    for (std::uint32_t s = 1; s < 20; ++s) {
        if (s % 4 == 0) continue;
        const std::uint32_t run = s / 4 * 4 + 1;
        for (const auto& left : b.hears(0, {{run, s + 1}})) again.push_back(left.sequence);
    }
    // What is left to send again leaves as the retransmissions are acknowledged.
    for (std::uint32_t s : {4u, 8u, 12u, 16u, 20u})
        for (const auto& left : b.hears(s, s < 17 ? std::initializer_list<std::pair<std::uint32_t, std::uint32_t>>{{s + 1, s + 4}}
                                                  : std::initializer_list<std::pair<std::uint32_t, std::uint32_t>>{}))
            again.push_back(left.sequence);
    std::vector<std::uint32_t> expected;
    for (std::uint32_t s = 0; s < 20; s += 4) expected.push_back(b.at(s));
    CHECK(again == expected);
    CHECK(b.endpoint.count().recoveries == 1);
    CHECK(b.endpoint.count().timeouts == 0);
    CHECK(b.block().flight.empty());
}

TEST_CASE("limited transmit by the pipe: a report lets one new segment out before anything is judged lost (RFC 3042)") {
    sender b(false, 20, 20);
    while (b.block().congestion.window() - b.block().flight.pipe() >= b.each) {
        REQUIRE(b.send(lab::text(b.each)));
        if (b.take().empty()) break;
    }
    const std::uint32_t nxt = b.next_ack();
    REQUIRE(b.send(lab::text(5 * b.each)));
    REQUIRE(b.quiet());
    for (std::uint32_t n = 0; n < 2; ++n) {
        const auto left = b.hears(0, {{1, 2 + n}});
        REQUIRE(left.size() == 1);
        CHECK(left[0].sequence == nxt + n * b.each);
    }
}

TEST_CASE("RFC 6675 NextSeg 3 and 4: at the end of the data what is not judged lost is sent again, and once the last segment") {
    sender b(false, 8);
    // Lost: 0, 5 and 7. Above 5 is only 6, so the count does not judge it; nothing reports 7.
    std::vector<std::uint32_t> again;
    for (const auto& left : b.hears(0, {{1, 5}})) again.push_back(left.sequence);
    for (const auto& left : b.hears(0, {{6, 7}, {1, 5}})) again.push_back(left.sequence);
    for (const auto& left : b.hears(5, {{6, 7}})) again.push_back(left.sequence);
    CHECK(again == std::vector<std::uint32_t>{b.at(0), b.at(5), b.at(7)});
    CHECK(b.hears(8, {}).empty());
    CHECK(b.endpoint.count().timeouts == 0);
}

TEST_CASE("after a timeout what was reported is not sent again (RFC 6675 section 5.1)") {
    sender b(false, 10);
    b.hears(0, {{1, 4}});
    b.hears(0, {{1, 9}});
    b.take();
    while (b.endpoint.count().timeouts == 0) b.wait_for_deadline();
    std::vector<std::uint32_t> again;
    for (const auto& left : b.take()) again.push_back(left.sequence);
    CHECK(again.front() == b.at(0));
    for (const auto& left : b.hears(9, {})) again.push_back(left.sequence);
    CHECK(again.back() == b.at(9));
    CHECK(std::count(again.begin(), again.end(), b.at(0)) + std::count(again.begin(), again.end(), b.at(9)) ==
          static_cast<std::ptrdiff_t>(again.size()));
}

TEST_CASE("reneging: what was reported and is not acknowledged when its turn has come is sent again, all of it (N31)") {
    sender b(false, 10);
    b.hears(0, {{1, 4}});  // 0 is sent again
    b.hears(1, {});        // and acknowledged, yet not 1 to 3, which were reported
    CHECK(b.block().timer.runs(timer::reneging));
    b.wait(std::max<duration>(10ms, b.block().rtt.srtt().value_or(0ns) / 2));
    CHECK(b.endpoint.count().reneged == 1);
    CHECK(b.block().flight.sacked_octets() == 0);
    const auto again = b.take();
    REQUIRE(!again.empty());
    CHECK(again[0].sequence == b.at(1));
    b.hears(10, {});
    CHECK(b.block().flight.empty());
}
