// SPDX-License-Identifier: MIT
// How everything here is measured: the contestants take turns, many times, and what is given is the median of each one's
// times and the median of its ratios to the first one's, turn by turn. Absolute figures move with the machine and with
// whoever shares it; ratios stay.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace bench {

/// The compiler has to think that somebody looks at it.
inline void keep(const auto& value) { asm volatile("" : : "r"(&value) : "memory"); }

/// A benchmark that did the wrong thing has measured nothing.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "wrong: %s\n", what);
    std::exit(1);
}

inline double median(std::vector<double> of) {
    std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
    return of[of.size() / 2];
}

struct result {
    double ns = 0;     // per unit of work
    double ratio = 0;  // to the first contestant: 2 is twice as long
};

/// Each contestant is called with a number of units of work to do.
template <class... Contestants>
std::array<result, sizeof...(Contestants)> race(Contestants&&... contestants) {
    constexpr std::size_t count = sizeof...(Contestants);
    constexpr int turns = 25;
    const auto time = [](auto& contestant, std::size_t units) {
        const std::clock_t begin = std::clock();  // of this process alone, whoever else runs
        contestant(units);
        return static_cast<double>(std::clock() - begin) * (1e9 / CLOCKS_PER_SEC) / static_cast<double>(units);
    };
    const auto units_for = [&](auto& contestant) {  // about 4 ms a turn
        std::size_t units = 1;
        while (time(contestant, units) * static_cast<double>(units) < 4e6) units *= 2;
        return units;
    };
    const std::array<std::size_t, count> units{units_for(contestants)...};
    std::array<std::vector<double>, count> times, ratios;
    for (int turn = 0; turn < turns; ++turn) {
        std::size_t i = 0;
        ((times[i].push_back(time(contestants, units[i])), ++i), ...);
        for (i = 0; i < count; ++i) ratios[i].push_back(times[i].back() / times[0].back());
    }
    std::array<result, count> out;
    for (std::size_t i = 0; i < count; ++i) out[i] = {median(times[i]), median(ratios[i])};
    return out;
}

/// Octets that are not all alike, the same every time.
inline std::vector<std::uint8_t> pattern(std::size_t length) {
    std::vector<std::uint8_t> out(length);
    std::uint32_t state = 1;
    for (auto& octet : out) octet = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    return out;
}

}  // namespace bench
