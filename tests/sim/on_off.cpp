// SPDX-License-Identifier: MIT
// Periods that are on and off: fixed ones by the clock, drawn ones by their means.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include <sluice/sim/on_off.hpp>

using namespace sluice;
using sim::on_off;
using sim::spread;

TEST_CASE("fixed periods are on and off by the clock, from the start on") {
    on_off times({.on = 30ms, .off = 70ms}, instant(5ms));
    for (int ms = 0; ms < 1000; ++ms) {
        const instant now(ms * 1ms);
        times.advance(now);
        CHECK(times.is_on() == (ms >= 5 && (ms - 5) % 100 < 30));
        CHECK(times.until() > now);
        if (ms >= 5) CHECK(times.began() <= now);
    }
    times.advance(instant(1h + 5ms));  // many at once
    CHECK(times.is_on());
    CHECK(times.began() == instant(1h + 5ms));
    times.to_next_on();
    CHECK(times.began() == instant(1h + 105ms));
}

TEST_CASE("what is always on stays on for ever, and what is never off goes from one period to the next") {
    on_off always;
    always.advance(instant(24h));
    CHECK(always.is_on());
    CHECK(always.until() == never);
    on_off never_off({.on = 1s});
    never_off.advance(instant(1500ms));
    CHECK(never_off.is_on());
    CHECK(never_off.began() == instant(1s));
}

// The sum of n exponential lengths: five standard deviations are 5 / sqrt(n) of it.
TEST_CASE("drawn periods have their means, their spread, and their seed") {
    const auto lengths = [](std::uint64_t from) {
        on_off times({.on = 30ms, .off = 70ms, .lengths = spread::exponential}, {}, seeded_random(from));
        std::array<std::vector<double>, 2> out;
        for (int i = 0; i < 20'000; ++i) {
            times.advance(times.until());
            out[times.is_on() ? 0 : 1].push_back(static_cast<double>((times.until() - times.began()).count()) / 1e6);
        }
        return out;
    };
    const auto drawn = lengths(1);
    for (const auto& [of, mean] : {std::pair{0u, 30.0}, std::pair{1u, 70.0}}) {
        CHECK(drawn[of].size() == 10'000);
        double sum = 0, squares = 0;
        for (const double each : drawn[of]) sum += each, squares += each * each;
        CHECK(std::abs(sum / 1e4 - mean) < 0.05 * mean);
        CHECK(std::abs(squares / 1e4 - 2 * mean * mean) < 0.05 * std::sqrt(20) * mean * mean);  // of E²: σ = sqrt(20)
    }
    CHECK(drawn == lengths(1));
    CHECK(drawn != lengths(2));
}
