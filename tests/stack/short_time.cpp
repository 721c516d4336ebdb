// SPDX-License-Identifier: MIT
// stack/short_time.hpp: instants in 32 bits, near to now.
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

TEST_CASE("an instant is found again from anywhere within 2^31 units of it, before or after, also where they wrap") {
    seeded_random numbers(1);
    constexpr std::int64_t half = std::int64_t{1} << 31;
    for (int i = 0; i < 10000; ++i) {
        const auto place = static_cast<std::int64_t>(numbers.below(std::uint64_t{1} << 40)) + half;
        const auto ahead = static_cast<std::int64_t>(numbers.below(std::uint64_t{1} << 32)) - half;
        const instant now(place * 1us + duration(static_cast<std::int64_t>(numbers.below(1000))));
        // Now counts as its own unit's end, too.
        const instant meant((place + ahead) * 1us + (now == instant(place * 1us) ? 0us : 1us));
        CHECK(in_us(meant).near(now) == meant);
    }
    // Around the beginning and the first wrap.
    for (const std::int64_t now : {std::int64_t{0}, half, 2 * half - 1, 2 * half, 3 * half})
        for (const std::int64_t ahead : std::array<std::int64_t, 6>{-half, -half + 1, -1, 0, 1, half - 1})
            if (now + ahead >= 0)  // time begins there
                CHECK(in_ms(at((now + ahead) * 1ms)).near(at(now * 1ms)) == at((now + ahead) * 1ms));
}

TEST_CASE("beyond 2^31 units it stands for another instant: 24 days of milliseconds, 35 minutes of microseconds") {
    constexpr std::int64_t half = std::int64_t{1} << 31;
    CHECK(in_ms(at(half * 1ms)).near(at(0ms)) == at(-half * 1ms));
    CHECK(half * 1ms > 24 * 24h);
    CHECK(half * 1us > 35min);
}
