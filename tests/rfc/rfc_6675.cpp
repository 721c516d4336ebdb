// SPDX-License-Identifier: MIT
// RFC 6675: what is lost by what was reported, what leaves then and when; and reneging (RFC 2018 section 8).
#include "rfc/sack_bench.hpp"

using namespace sack_bench;

TEST_CASE(
    "RFC 6675: what has three segments reported above it is lost: it leaves at once, and the window is halved once") {
    sender b(lab::each_sack_mix().timestamps);
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

TEST_CASE("RFC 6675: three runs above a hole are enough, however small") {
    sender b(lab::each_sack_mix().timestamps);
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
    sender b(lab::each_sack_mix().timestamps);
    // Segments 0, 4, 8, 12 and 16 are lost; the others are reported as they arrive.
    std::vector<std::uint32_t> again;
    for (std::uint32_t s = 1; s < 20; ++s) {
        if (s % 4 == 0) continue;
        const std::uint32_t run = s / 4 * 4 + 1;
        for (const auto& left : b.hears(0, {{run, s + 1}})) again.push_back(left.sequence);
    }
    // What is left to send again leaves as the retransmissions are acknowledged.
    for (std::uint32_t s : {4u, 8u, 12u, 16u, 20u})
        for (const auto& left :
             b.hears(s, s < 17 ? std::initializer_list<std::pair<std::uint32_t, std::uint32_t>>{{s + 1, s + 4}}
                               : std::initializer_list<std::pair<std::uint32_t, std::uint32_t>>{}))
            again.push_back(left.sequence);
    std::vector<std::uint32_t> expected;
    for (std::uint32_t s = 0; s < 20; s += 4) expected.push_back(b.at(s));
    CHECK(again == expected);
    CHECK(b.endpoint.count().recoveries == 1);
    CHECK(b.endpoint.count().timeouts == 0);
    CHECK(b.block().flight.empty());
}

// What would make it no duplicate without SACK (RFC 5681 section 2) does not matter.
TEST_CASE("RFC 6675 section 2: what reports something new is a duplicate ACK, with text and a new window, too") {
    sender b(lab::each_sack_mix().timestamps);
    std::uint32_t heard = b.next_seq();
    for (std::uint32_t n = 1; n <= 3; ++n) {
        CHECK(b.endpoint.count().recoveries == 0);
        b.arrives({.flags = flag::ack, .sequence = heard, .acknowledgment = b.first, .text = "theirs",
                   .window = static_cast<std::uint16_t>(60'000 + n), .options = sacks({{b.at(1), b.at(1) + 10 * n}})});
        heard += 6;
    }
    CHECK(b.endpoint.count().recoveries == 1);
    const auto left = b.take();
    CHECK(std::count_if(left.begin(), left.end(), [&](const auto& s) { return s.sequence == b.first; }) == 1);
}

TEST_CASE("limited transmit by the pipe: a report lets one new segment out before anything is judged lost (RFC 3042)") {
    sender b(lab::each_sack_mix().timestamps, 20, 20);
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

TEST_CASE("RFC 6675 NextSeg 3 and 4: at the end of the data what is not judged lost is sent again, and once the last "
          "segment") {
    sender b(lab::each_sack_mix().timestamps, 8);
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
    sender b(lab::each_sack_mix().timestamps, 10);
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
    sender b(lab::each_sack_mix().timestamps, 10);
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

TEST_CASE("reneging that a timeout finds is not found again by its own timer") {
    sender b(lab::each_sack_mix().timestamps, 10);
    b.wait(b.block().timer[timer::retransmission] - b.now - 5ms);
    b.hears(
        0,
        {{0, 2}});  // SND.UNA is reported, yet not acknowledged; the timeout comes before that has been watched enough
    REQUIRE(b.block().timer.runs(timer::reneging));
    b.wait(5ms);
    CHECK(b.endpoint.count().timeouts == 1);
    CHECK(b.endpoint.count().reneged == 1);
    CHECK(b.take().size() == 1);
    b.wait(20ms);
    CHECK(b.endpoint.count().reneged == 1);
    CHECK(b.quiet());
}

TEST_CASE("who reports all and acknowledges nothing, and says so for a minute, does not waive the timer's back-off "
          "(RFC 6298 section 5.5)") {
    sender b(lab::each_sack_mix().timestamps, 10);
    std::vector<instant> again;  // behind the first timeout
    for (const instant end = b.now + 60s; b.now < end; b.wait(10ms))
        for (const auto& left : b.hears(0, {{0, 10}}))
            if (b.endpoint.count().timeouts > 0) again.push_back(left.at);
    REQUIRE(again.size() == 8);  // 200 ms · (2^8 − 1) is the last that is within a minute
    for (std::size_t i = 1; i < 8; ++i) CHECK(again[i] - again[i - 1] == 200ms * (1 << i));
}
