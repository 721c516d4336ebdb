// SPDX-License-Identifier: MIT
//
// Fewer points that draw the same picture: what falls into one column of pixels is reduced to what the eye could tell
// apart. Of a curve: first, lowest, highest and last, in their order (M4, Jugel et al., VLDB 2014). Of bars: their
// union. Works in the drawing's units, and knows nothing of drawing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::trace {

/// A y that is not a number interrupts the curve there.
struct point {
    double x = 0;
    double y = 0;

    constexpr bool is_gap() const { return !(y == y); }
    friend constexpr bool operator==(const point&, const point&) = default;
};

struct bar {
    double x = 0;
    double low = 0;
    double high = 0;

    friend constexpr bool operator==(const bar&, const bar&) = default;
};

constexpr std::int64_t column_of(double x, double width) {
    const double column = x / width;
    const auto whole = static_cast<std::int64_t>(column);
    return static_cast<double>(whole) > column ? whole - 1 : whole;
}

/// Points come in the order of x. At most six per column are left, two of them gaps; a gap survives unless the curve
/// both leaves and comes back within one column.
inline std::vector<point> thinned(std::span<const point> points, double column_width) {
    std::vector<point> kept;
    for (std::size_t begin = 0; begin < points.size();) {
        const std::int64_t column = column_of(points[begin].x, column_width);
        std::size_t end = begin;
        while (end < points.size() && column_of(points[end].x, column_width) == column) ++end;

        std::size_t first = begin, last = end - 1;
        while (first < end && points[first].is_gap()) ++first;
        if (first == end) {  // nothing but gaps
            if (!kept.empty() && !kept.back().is_gap()) kept.push_back(points[begin]);
            begin = end;
            continue;
        }
        while (points[last].is_gap()) --last;
        std::size_t lowest = first, highest = first;
        for (std::size_t i = first; i <= last; ++i) {
            if (points[i].y < points[lowest].y) lowest = i;
            if (points[i].y > points[highest].y) highest = i;
        }
        if (first != begin && !kept.empty() && !kept.back().is_gap()) kept.push_back(points[begin]);
        std::array<std::size_t, 4> chosen{first, lowest, highest, last};
        std::sort(chosen.begin(), chosen.end());
        for (std::size_t i = 0; i < chosen.size(); ++i)
            if (i == 0 || chosen[i] != chosen[i - 1]) kept.push_back(points[chosen[i]]);
        if (last != end - 1) kept.push_back(points[end - 1]);
        begin = end;
    }
    return kept;
}

/// Bars of one column which overlap, or between which no pixel would show, become one. A picture that is still crowded
/// keeps one per column, from the lowest to the highest. The answer is in the order of x.
inline std::vector<bar> thinned(std::vector<bar> bars, double column_width, double least_gap, std::size_t crowded) {
    std::sort(bars.begin(), bars.end(), [&](const bar& a, const bar& b) {
        const std::int64_t left = column_of(a.x, column_width), right = column_of(b.x, column_width);
        return left != right ? left < right : a.low != b.low ? a.low < b.low : a.x < b.x;
    });
    const auto unite = [&](double gap, bool regardless) {
        std::vector<bar> united;
        for (const bar& each : bars) {
            const bool same_column =
                !united.empty() && column_of(united.back().x, column_width) == column_of(each.x, column_width);
            if (same_column && (regardless || each.low - united.back().high <= gap))
                united.back().high = std::max(united.back().high, each.high);
            else
                united.push_back(each);
        }
        bars = std::move(united);
    };
    unite(least_gap, false);
    if (bars.size() > crowded) unite(0, true);
    return bars;
}

}  // namespace sluice::trace
