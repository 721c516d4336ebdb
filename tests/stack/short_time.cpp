// SPDX-License-Identifier: MIT
// stack/short_time.hpp: deadlines in 32 bits or less, near to now.
#include <doctest/doctest.h>

#include <sluice/stack/short_time.hpp>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;
using in_ms = short_time<std::chrono::milliseconds>;
using in_us = short_time<std::chrono::microseconds>;
static_assert(sizeof(in_ms) == 4 && sizeof(in_us) == 4);

constexpr instant at(duration d) { return instant(d); }

// Rounded up, so that nothing happens too early.
static_assert(in_ms(at(5ms)).near(at(0ms)) == at(5ms));
static_assert(in_ms(at(5ms + 1ns)).near(at(0ms)) == at(6ms));
static_assert(in_ms(at(6ms - 1ns)).near(at(5ms + 1ns)) == at(6ms));
static_assert(in_us(at(5us + 1ns)).near(at(0us)) == at(6us));
static_assert(in_us(at(5us)).near(at(5us)) == at(5us));
static_assert(in_ms(at(5ms)) == in_ms(at(4ms + 1ns)));
static_assert(in_ms(at(5ms)) != in_ms(at(5ms + 1ns)));

}  // namespace

TEST_CASE(
    "an instant is found again from up to an eighth of the circle before it, and seven eighths behind, across wraps") {
    seeded_random numbers(1);
    constexpr std::int64_t circle = std::int64_t{1} << 32, eighth = circle / 8;
    for (int i = 0; i < 10000; ++i) {
        const auto place = static_cast<std::int64_t>(numbers.below(std::uint64_t{1} << 40)) + circle;
        const auto ahead = static_cast<std::int64_t>(numbers.below(std::uint64_t{1} << 32)) + eighth + 1 - circle;
        const instant now(place * 1us + duration(static_cast<std::int64_t>(numbers.below(1000))));
        // Now counts as its own unit's end, too.
        const instant meant((place + ahead) * 1us + (now == instant(place * 1us) ? 0us : 1us));
        CHECK(in_us(meant).near(now) == meant);
        CHECK(in_us::of(in_us(meant).number()) == in_us(meant));
    }
    // Around the beginning and the first wrap.
    for (const std::int64_t now : {std::int64_t{0}, eighth, circle - 1, circle, circle + eighth})
        for (const std::int64_t ahead : std::array<std::int64_t, 6>{eighth + 1 - circle, -eighth, -1, 0, 1, eighth})
            if (now + ahead >= 0)  // time begins there
                CHECK(in_ms(at((now + ahead) * 1ms)).near(at(now * 1ms)) == at((now + ahead) * 1ms));
}

TEST_CASE("fewer bits go round sooner, and are no wider than they say") {
    using narrow = short_time<std::chrono::milliseconds, 24>;
    constexpr std::int64_t circle = 1 << 24, eighth = circle / 8;
    for (const std::int64_t now : {std::int64_t{0}, circle - 1, circle, 1000 * circle + 5})
        for (const std::int64_t ahead : std::array<std::int64_t, 5>{eighth + 1 - circle, -1, 0, 1, eighth}) {
            if (now + ahead < 0) continue;
            const narrow t(at((now + ahead) * 1ms));
            CHECK(t.number() < circle);
            CHECK(t.near(at(now * 1ms)) == at((now + ahead) * 1ms));
        }
}

TEST_CASE("beyond its part of the circle it stands for another instant: 8 minutes ahead, 62 behind in microseconds") {
    constexpr std::int64_t circle = std::int64_t{1} << 32, eighth = circle / 8;
    CHECK(in_us(at((eighth + 1) * 1us)).near(at(0us)) == at((eighth + 1 - circle) * 1us));
    CHECK(in_us::longest_ahead == eighth * 1us);
    CHECK(eighth * 1us > 8min);
    CHECK((circle - eighth) * 1us > 62min);
    CHECK(short_time<std::chrono::milliseconds, 24>::longest_ahead > 34min);
}
