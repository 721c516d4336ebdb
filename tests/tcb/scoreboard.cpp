// SPDX-License-Identifier: MIT
// tcb/scoreboard.hpp: which blocks are believed, which tell of a duplicate (RFC 2883 section 4), which are known
// already.
#include <doctest/doctest.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include <sluice/tcb/in_flight.hpp>
#include <sluice/tcb/scoreboard.hpp>

namespace {

using namespace sluice;

/// Instead of records: what was asked to be marked.
struct asked {
    struct answer {
        std::uint32_t octets = 0;
        bool complete = true;
    };
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
    bool complete = true;

    answer mark_sacked(seq begin, seq end) {
        ranges.emplace_back(begin.number(), end.number());
        return {.octets = end - begin, .complete = complete};
    }
};

struct board {
    scoreboard reported;
    send_space snd;
    asked flight;

    board() {
        snd.start(seq(0));
        snd.nxt = seq(10'000);
        snd.advance(seq(1000));
        snd.max_wnd = 500;
    }
    scoreboard::news hears(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges,
                           std::uint32_t ack = 1000) {
        sack_blocks blocks;
        for (const auto& [begin, end] : ranges) blocks.push_back({seq(begin), seq(end)});
        return reported.take(blocks, seq(ack), snd, flight);
    }
};

using ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

}  // namespace

TEST_CASE("each block is looked up once, as long as the next segments repeat it") {
    board b;
    CHECK(b.hears({{2000, 3000}}).octets == 1000);
    CHECK(b.hears({{4000, 5000}, {2000, 3000}}).octets == 1000);
    CHECK(b.hears({{2000, 3500}, {4000, 5000}}).octets == 1500);
    CHECK(b.flight.ranges == ranges{{2000, 3000}, {4000, 5000}, {2000, 3500}});
    b.reported.forget();
    b.hears({{4000, 5000}});
    CHECK(b.flight.ranges.size() == 4);
}

TEST_CASE("what could not be marked whole is looked up again") {
    board b;
    b.flight.complete = false;
    b.hears({{2000, 3000}});
    b.hears({{2000, 3000}});
    CHECK(b.flight.ranges.size() == 2);
}

TEST_CASE("what lies below SND.UNA is cut off, and a block wholly below is not looked up") {
    board b;
    b.hears({{900, 1200}}, 800);
    CHECK(b.flight.ranges == ranges{{1000, 1200}});
    b.hears({{600, 900}}, 500);
    CHECK(b.flight.ranges.size() == 1);
}

TEST_CASE("blocks of nothing, from before any window or beyond SND.NXT, are not ours (N32)") {
    board b;
    b.hears({{2000, 2000}, {3000, 2500}, {9999, 10'001}, {499, 2000}});
    CHECK(b.flight.ranges.empty());
}

TEST_CASE("a first block below the ACK, or inside of the second one, tells of a duplicate") {
    board b;
    const auto below = b.hears({{900, 1000}, {2000, 3000}});
    CHECK(below.duplicate == sack_block{seq(900), seq(1000)});
    CHECK(below.octets == 1000);
    const auto inside = b.hears({{2100, 2200}, {2000, 3000}});
    CHECK(inside.duplicate == sack_block{seq(2100), seq(2200)});
    CHECK_FALSE(b.hears({{2000, 3000}, {2100, 2200}}).duplicate);
    CHECK_FALSE(b.hears({{3500, 4000}, {2000, 3000}}).duplicate);
    // RFC 2883 section 4: the ACK of the same segment decides, not SND.UNA, which may have moved on.
    CHECK_FALSE(b.hears({{950, 1000}}, 900).duplicate);
    // One from further back than any window is counted for nothing.
    CHECK_FALSE(b.hears({{100, 200}}).duplicate);
}
