// SPDX-License-Identifier: MIT
// tcb/sack_report.hpp: the order of blocks (RFC 2018 section 4), and duplicates (RFC 2883 section 4).
#include <doctest/doctest.h>

#include <vector>

#include <sluice/base/interval_set.hpp>
#include <sluice/tcb/sack_report.hpp>

namespace {

using namespace sluice;

struct held_text : interval_set<seq, 16> {
    sack_report report;

    void arrives(std::uint32_t begin, std::uint32_t end) {
        add(seq(begin), seq(end));
        report.note_arrival(*this, seq(begin));
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> blocks(std::size_t room = 4,
                                                                std::optional<seq> fin = {}) const {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
        for (const sack_block& b : report.blocks(*this, fin, room)) out.emplace_back(b.begin.number(), b.end.number());
        return out;
    }
};

using runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

}  // namespace

TEST_CASE("the run of the latest segment stands first, then the runs by how recently they changed") {
    held_text h;
    CHECK(h.report.empty(h));
    h.arrives(10, 20);
    h.arrives(30, 40);
    h.arrives(50, 60);
    CHECK(h.blocks() == runs{{50, 60}, {30, 40}, {10, 20}});
    h.arrives(20, 22);
    CHECK(h.blocks() == runs{{10, 22}, {50, 60}, {30, 40}});
    CHECK(h.blocks(2) == runs{{10, 22}, {50, 60}});
    h.arrives(22, 30);  // joins two
    CHECK(h.blocks() == runs{{10, 40}, {50, 60}});
}

TEST_CASE("many segments of one run push no other run out of the report") {
    held_text h;
    h.arrives(10, 20);
    for (std::uint32_t i = 0; i < 20; ++i) h.arrives(100 + i, 101 + i);
    CHECK(h.blocks() == runs{{100, 120}, {10, 20}});
}

TEST_CASE("what is acknowledged or gone is reported no more") {
    held_text h;
    h.arrives(10, 20);
    h.arrives(30, 40);
    h.remove_below(seq(25));
    CHECK(h.blocks() == runs{{30, 40}});
    h.remove_from(seq(0));
    CHECK(h.report.empty(h));
}

TEST_CASE("a duplicate stands first, before the run that holds it, and only until it has left") {
    held_text h;
    h.arrives(10, 20);
    h.arrives(30, 40);
    h.report.note_duplicate(h, seq(12), seq(15));
    CHECK(h.blocks() == runs{{12, 15}, {10, 20}, {30, 40}});
    h.report.sent();
    CHECK(h.blocks() == runs{{10, 20}, {30, 40}});
    h.report.note_duplicate(h, seq(1), seq(5));  // acknowledged long ago
    CHECK(h.blocks(3) == runs{{1, 5}, {10, 20}, {30, 40}});
    CHECK(h.blocks(0) == runs{});
}

TEST_CASE("a FIN behind a run is reported with it") {
    held_text h;
    h.arrives(10, 20);
    h.arrives(30, 40);
    CHECK(h.blocks(4, seq(40)) == runs{{30, 41}, {10, 20}});
    CHECK(h.blocks(4, seq(50)) == runs{{30, 40}, {10, 20}});
}
