// SPDX-License-Identifier: MIT
// Thinning must not change the picture.
#include <doctest/doctest.h>

#include <limits>

#include <sluice/trace/thinning.hpp>

using namespace sluice::trace;
using points = std::vector<point>;
using bars = std::vector<bar>;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// Gaps shown as -1, since no gap equals another.
points shown(points of) {
    for (point& p : of)
        if (p.is_gap()) p.y = -1;
    return of;
}

}  // namespace

TEST_CASE("a column keeps first, lowest, highest and last, in their order") {
    const points in{{0.0, 5}, {0.1, 6}, {0.2, 9}, {0.3, 6}, {0.4, 1}, {0.5, 4}, {0.9, 5}};
    CHECK(thinned(in, 1) == points{{0.0, 5}, {0.2, 9}, {0.4, 1}, {0.9, 5}});
}

TEST_CASE("points that are alone in their columns stay as they are") {
    const points in{{-1.5, 5}, {-0.5, 6}, {0.5, 9}, {1.5, 6}, {7, 1}};
    CHECK(thinned(in, 1) == in);
}

TEST_CASE("columns left of zero are as wide as the others") {
    CHECK(column_of(-0.5, 1) == -1);
    CHECK(column_of(-1, 1) == -1);
    CHECK(column_of(0, 1) == 0);
    CHECK(column_of(0.99, 0.5) == 1);
}

TEST_CASE("one point with more than one role is kept once") {
    CHECK(thinned(points{{0, 1}, {0.5, 2}}, 1) == points{{0, 1}, {0.5, 2}});
    CHECK(thinned(points{{0, 3}, {0.2, 3}, {0.5, 3}}, 1) == points{{0, 3}, {0.5, 3}});
    CHECK(thinned(points{}, 1) == points{});
}

TEST_CASE("of a million samples few are left, and every column keeps its extremes") {
    points in;
    std::uint32_t noise = 1;
    for (int i = 0; i < 1'000'000; ++i) {
        noise = noise * 1664525 + 1013904223;
        in.push_back({i / 1000.0, static_cast<double>(noise >> 8)});
    }
    in[123'456].y = 1e9;
    in[654'321].y = -1e9;
    const points out = thinned(in, 1);
    CHECK(out.size() <= 4 * 1000);
    for (std::size_t column = 0; column < 1000; ++column) {
        const auto extremes = [&](const points& of) {
            double lowest = 1e18, highest = -1e18;
            for (const point& p : of)
                if (column_of(p.x, 1) == static_cast<std::int64_t>(column))
                    lowest = std::min(lowest, p.y), highest = std::max(highest, p.y);
            return std::pair(lowest, highest);
        };
        if (column % 100 == 23 || column % 100 == 54) CHECK(extremes(out) == extremes(in));
    }
    CHECK(std::count(out.begin(), out.end(), point{123.456, 1e9}) == 1);
    CHECK(std::count(out.begin(), out.end(), point{654.321, -1e9}) == 1);
    CHECK(out.front() == in.front());
    CHECK(out.back() == in.back());
    CHECK(std::is_sorted(out.begin(), out.end(), [](const point& a, const point& b) { return a.x < b.x; }));
}

TEST_CASE("gaps survive between columns, at either end of one, and once only") {
    CHECK(shown(thinned(points{{0, 1}, {1, gap}, {2, gap}, {3, 4}}, 1)) == points{{0, 1}, {1, -1}, {3, 4}});
    CHECK(shown(thinned(points{{0, 1}, {0.5, gap}, {1, 4}}, 1)) == points{{0, 1}, {0.5, -1}, {1, 4}});
    CHECK(shown(thinned(points{{0, 1}, {1.2, gap}, {1.5, 4}}, 1)) == points{{0, 1}, {1.2, -1}, {1.5, 4}});
    CHECK(thinned(points{{0, gap}, {1, gap}, {2, 4}}, 1) == points{{2, 4}});
    CHECK(thinned(points{{0, gap}, {0.5, 4}}, 1) == points{{0.5, 4}});
}

TEST_CASE("bars of one column are united where they touch, and only there") {
    CHECK(thinned(bars{{0.1, 0, 10}, {0.2, 10, 20}, {0.3, 30, 40}}, 1, 0.5, 100) ==
          bars{{0.1, 0, 20}, {0.3, 30, 40}});
    CHECK(thinned(bars{{0.1, 0, 10}, {1.2, 10, 20}}, 1, 0.5, 100) == bars{{0.1, 0, 10}, {1.2, 10, 20}});
    CHECK(thinned(bars{{0.1, 30, 40}, {0.2, 0, 50}}, 1, 0.5, 100) == bars{{0.2, 0, 50}});  // one inside the other
    CHECK(thinned(bars{{0.1, 0, 50}, {0.2, 10, 20}, {0.3, 45, 60}}, 1, 0.5, 100) == bars{{0.1, 0, 60}});
}

TEST_CASE("a gap too narrow for a pixel closes, a wider one doesn't") {
    CHECK(thinned(bars{{0, 0, 10}, {0, 10.4, 20}}, 1, 0.5, 100).size() == 1);
    CHECK(thinned(bars{{0, 0, 10}, {0, 10.6, 20}}, 1, 0.5, 100).size() == 2);
}

TEST_CASE("a crowded picture keeps one bar per column, from the lowest to the highest") {
    bars in;
    for (int i = 0; i < 1000; ++i) in.push_back({i / 100.0, i % 100 * 10.0, i % 100 * 10.0 + 1});
    CHECK(thinned(in, 1, 0.5, 1000).size() == 1000);
    const bars out = thinned(in, 1, 0.5, 999);
    REQUIRE(out.size() == 10);
    for (const bar& b : out) {
        CHECK(b.low == 0);
        CHECK(b.high == 991);
    }
}
