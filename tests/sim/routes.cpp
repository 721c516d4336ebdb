// SPDX-License-Identifier: MIT
// Shortest paths in small graphs, by hand.
#include <doctest/doctest.h>

#include <utility>

#include <sluice/sim/routes.hpp>

using namespace sluice;

namespace {

/// Edge e between two routers: way 2e from the first to the second, and way 2e + 1 back.
std::vector<std::vector<sim::way_out>> graph(std::size_t routers,
                                             const std::vector<std::pair<std::uint32_t, std::uint32_t>>& edges) {
    std::vector<std::vector<sim::way_out>> out(routers);
    std::uint32_t way = 0;
    for (const auto& [a, b] : edges) {
        out[a].push_back({b, way++});
        out[b].push_back({a, way++});
    }
    return out;
}

}  // namespace

//   0 --- 1 --- 2
//   |     |     |
//   3 --- 4 --- 5
TEST_CASE("in a mesh the fewest hops win, and of equals the way that was joined first") {
    const sim::routes r(graph(6, {{0, 1}, {1, 2}, {2, 5}, {0, 3}, {3, 4}, {4, 5}, {1, 4}}));
    CHECK(r.way(0, 1) == 0);
    CHECK(r.way(0, 2) == 0);
    CHECK(r.way(0, 3) == 6);
    CHECK(r.way(0, 4) == 0);  // 0-1-4 and 0-3-4: 0-1 was joined before 0-3
    CHECK(r.way(0, 5) == 0);
    CHECK(r.way(1, 5) == 2);  // 1-2-5 and 1-4-5
    CHECK(r.way(5, 1) == 5);  // 5-2-1 and 5-4-1
    CHECK(r.way(5, 0) == 5);
    CHECK(r.way(5, 3) == 11);
    CHECK(r.way(4, 2) == 10);  // 4-5-2 before 4-1-2
    CHECK(r.way(2, 4) == 3);   // 2-1-4 before 2-5-4
    CHECK(r.way(3, 2) == 7);   // 3-0-1-2 before 3-4-1-2 and 3-4-5-2
}

TEST_CASE("the order of joining decides between equals, whatever the numbers of the routers are") {
    CHECK(sim::routes(graph(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}})).way(0, 3) == 0);
    CHECK(sim::routes(graph(4, {{0, 2}, {0, 1}, {1, 3}, {2, 3}})).way(0, 3) == 0);  // by 2
    CHECK(sim::routes(graph(2, {{1, 0}, {0, 1}})).way(0, 1) == 1);  // two edges between the same two
}

TEST_CASE("there is no way to a router that is not connected, nor to oneself") {
    const sim::routes r(graph(4, {{0, 1}, {2, 3}}));
    CHECK(r.way(0, 2) == no_index);
    CHECK(r.way(3, 1) == no_index);
    CHECK(r.way(2, 2) == no_index);
    CHECK(r.way(2, 3) == 2);
}

TEST_CASE("on a ring of seven each goes the shorter way round, and arrives in as many hops") {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ring;
    for (std::uint32_t i = 0; i < 7; ++i) ring.emplace_back(i, (i + 1) % 7);
    const sim::routes r(graph(7, ring));
    for (std::uint32_t from = 0; from < 7; ++from)
        for (std::uint32_t to = 0; to < 7; ++to) {
            const std::uint32_t clockwise = (to + 7 - from) % 7;
            std::uint32_t at = from, hops = 0;
            while (at != to && hops < 7) {
                const std::uint32_t way = r.way(at, to);
                REQUIRE(way != no_index);
                at = way % 2 == 0 ? (way / 2 + 1) % 7 : way / 2;
                ++hops;
            }
            CHECK(hops == std::min(clockwise, 7 - clockwise));
        }
}
