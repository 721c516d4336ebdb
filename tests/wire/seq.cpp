// SPDX-License-Identifier: MIT
// wire/seq.hpp: the order of RFC 9293 section 3.4, anywhere in the space.
#include <doctest/doctest.h>

#include <sluice/wire/seq.hpp>

#include <array>
#include <type_traits>

#include <sluice/base/random.hpp>

namespace {

using namespace sluice;

static_assert(!std::is_convertible_v<std::uint32_t, seq> && !std::is_convertible_v<seq, std::uint32_t>);
static_assert(sizeof(seq) == 4 && std::is_trivially_copyable_v<seq>);
static_assert(seq(0xffffffff) + 1 == seq(0) && seq(0) - 1 == seq(0xffffffff));
static_assert(seq(0xffffffff) < seq(0) && seq(0) > seq(0xffffffff));
static_assert(seq(3) - seq(0xfffffffe) == 5);
static_assert(earlier(seq(0xfffffff0), seq(5)) == seq(0xfffffff0) && later(seq(0xfffffff0), seq(5)) == seq(5));

constexpr std::uint32_t half = 0x80000000;
constexpr std::array<std::uint32_t, 9> corners{
    0, 1, 0x7fffffef, half - 1, half, half + 1, 0xfffffff0, 0xfffffffe, 0xffffffff};

}  // namespace

TEST_CASE("a number precedes the next half of the space less one, wherever it stands") {
    seeded_random numbers(51);
    for (const std::uint32_t start : corners) {
        const seq a(start);
        CHECK(a == a);
        CHECK_FALSE(a < a);
        CHECK(a <= a);
        CHECK(a >= a);
        const auto check = [&](std::uint32_t distance) {
            const seq b = a + distance;
            CHECK(a < b);
            CHECK(a <= b);
            CHECK(b > a);
            CHECK(b >= a);
            CHECK_FALSE(b < a);
            CHECK_FALSE(b <= a);
            CHECK_FALSE(a > b);
            CHECK_FALSE(a >= b);
            CHECK(a != b);
            CHECK(b - a == distance);
            CHECK(b - distance == a);
            CHECK(earlier(a, b) == a);
            CHECK(earlier(b, a) == a);
            CHECK(later(a, b) == b);
            CHECK(later(b, a) == b);
        };
        for (const std::uint32_t distance : {1u, 2u, 65535u, 1u << 30, half - 2, half - 1}) check(distance);
        for (int i = 0; i < 200; ++i) check(static_cast<std::uint32_t>(1 + numbers.below(half - 1)));
    }
}

TEST_CASE("adding in steps is adding at once, through the wrap") {
    seq here(0xfffffff0);
    for (std::uint32_t i = 0; i < 32; ++i) {
        CHECK(here.number() == 0xfffffff0 + i);
        CHECK(here == seq(0xfffffff0) + i);
        here += 1;
    }
    CHECK(here == seq(0x10));
}
