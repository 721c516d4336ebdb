// SPDX-License-Identifier: MIT
// RFC 2018 (SACK, the receiver's side) and RFC 2883 (D-SACK): which blocks leave, and what is believed of those that
// come.
#include "rfc/sack_bench.hpp"

using namespace sack_bench;

TEST_CASE("RFC 2018 example: the first of eight segments is lost, each ACK reports the growing run behind the gap") {
    receiver b(lab::each_sack_mix().timestamps, 5000);
    for (std::uint32_t end = 6000; end <= 8500; end += 500) {
        const auto ack = b.gets(end - 500, end);
        CHECK(ack.acknowledgment == 5000);
        CHECK(of(ack.options) == blocks{{5500, end}});
    }
}

TEST_CASE("RFC 2018 example: every second segment is lost, and the latest runs stand first") {
    receiver b(lab::each_sack_mix().timestamps, 5000);
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
    receiver b(lab::each_sack_mix().timestamps);
    b.gets(101, 201);
    REQUIRE(b.send(lab::text(3000)));
    const auto left = b.take();
    REQUIRE(left.size() == 3);
    for (const auto& s : left) CHECK(of(s.options) == blocks{{101, 201}});
    CHECK(left[0].text.size() == b.full_segment() - 12);
    CHECK(left[1].text.size() == b.full_segment() - 12);
}

TEST_CASE("nobody who has not permitted SACK gets a block, and none of its blocks counts") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack, .sequence = 101, .acknowledgment = 1, .text = "behind a gap"});
    CHECK(b.take_one().options.sack.empty());
    REQUIRE(b.send(lab::text(3 * 1460)));
    b.take();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = sacks({{1461, 4381}})});
    CHECK(b.block().flight.sacked_octets() == 0);
}

// ---- D-SACK: the examples of RFC 2883 section 4 ---------------------------------------------------------------------

TEST_CASE("RFC 2883 4.1.1: a segment that comes twice is reported once, below the ACK") {
    receiver b(lab::each_sack_mix().timestamps, 500);
    b.gets(500, 1000);
    b.gets(1000, 1500);
    const auto twice = b.gets(1000, 1500);
    CHECK(twice.acknowledgment == 1500);
    CHECK(of(twice.options) == blocks{{1000, 1500}});
    CHECK(of(b.gets(1500, 2000).options) == blocks{});
}

TEST_CASE("RFC 2883 4.1.2: the duplicate of what is not acknowledged yet stands before the run that holds it") {
    receiver b(lab::each_sack_mix().timestamps, 3000);
    b.gets(3500, 4000);
    b.gets(4500, 5000);
    const auto twice = b.gets(3500, 4000);
    CHECK(twice.acknowledgment == 3000);
    CHECK(of(twice.options) == blocks{{3500, 4000}, {3500, 4000}, {4500, 5000}});
}

TEST_CASE("RFC 2883 4.2: part of a segment has come before, below the ACK or above it") {
    const bool timestamps = lab::each_sack_mix().timestamps;
    receiver below(timestamps, 1000);
    below.gets(1000, 1500);
    const auto part = below.gets(1200, 1700);
    CHECK(part.acknowledgment == 1700);
    CHECK(of(part.options) == blocks{{1200, 1500}});

    receiver above(timestamps, 1000);
    above.gets(1500, 2000);
    const auto overlapping = above.gets(1800, 2500);
    CHECK(overlapping.acknowledgment == 1000);
    CHECK(of(overlapping.options) == blocks{{1800, 2000}, {1500, 2500}});
}

TEST_CASE("RFC 2883 4.2.3: of a segment with two duplicate parts the first is reported") {
    receiver b(lab::each_sack_mix().timestamps, 1000);
    b.gets(1500, 2000);
    b.gets(2500, 3000);
    const auto ack = b.gets(1000, 3500);
    CHECK(ack.acknowledgment == 3500);
    CHECK(of(ack.options) == blocks{{1500, 2000}});
}

TEST_CASE("a D-SACK that comes is counted, whatever it is above, and marks nothing") {
    receiver b(lab::each_sack_mix().timestamps);
    const std::uint32_t each = b.full_segment();
    REQUIRE(b.send(lab::text(4 * each)));
    b.take();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1 + each, .options = sacks({{1, 1 + each}})});
    CHECK(b.endpoint.count().arrived_twice == 1);
    CHECK(b.block().flight.sacked_octets() == 0);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1 + each,
               .options = sacks({{1 + 2 * each, 1 + 3 * each}, {1 + 2 * each, 1 + 4 * each}})});
    CHECK(b.endpoint.count().arrived_twice == 2);
    CHECK(b.block().flight.sacked_octets() == 2 * each);
}

TEST_CASE("blocks that no octet of ours stands behind are dropped (N32)") {
    receiver b(lab::each_sack_mix().timestamps);
    REQUIRE(b.send(lab::text(4 * 1460)));
    b.take();
    for (const auto& [begin, end] : blocks{{1461, 99999}, {5842, 5850}, {2000, 2000}, {3000, 2500}, {1u << 31, 5000}})
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .options = sacks({{begin, end}})});
    CHECK(b.block().flight.sacked_octets() == 0);
    CHECK(b.quiet());
}
