// SPDX-License-Identifier: MIT
// Probabilities as integers.
#include <type_traits>

#include <doctest/doctest.h>

#include <sluice/sim/probability.hpp>

using namespace sluice;
using sim::probability;

namespace {

template <int Percent>
concept accepted = requires { typename std::bool_constant<(probability(Percent / 100.0), true)>; };

}  // namespace

TEST_CASE("a probability lies between 0 and 1: what was meant as per cent is refused") {
    static_assert(accepted<0> && accepted<1> && accepted<100>);
    static_assert(!accepted<101> && !accepted<500> && !accepted<-1>);
}

TEST_CASE("a fraction is rounded to the nearest part of 2^32") {
    static_assert(probability(0).in_2_to_32() == 0);
    static_assert(probability(1).in_2_to_32() == std::uint64_t{1} << 32);
    static_assert(probability(0.5).in_2_to_32() == std::uint64_t{1} << 31);
    static_assert(probability(0.01).in_2_to_32() == 42'949'673);  // 42949672.96
}

TEST_CASE("what is certain always happens, and what is impossible never, without a draw") {
    seeded_random random(3), untouched(3);
    for (int i = 0; i < 1000; ++i) CHECK_FALSE(probability(0).happens(random));
    CHECK(random.bits() == untouched.bits());
    for (int i = 0; i < 1000; ++i) CHECK(probability(1).happens(random));
}

TEST_CASE("what is drawn must lie below the chance, not at it") {
    seeded_random random(5);
    for (int i = 0; i < 100; ++i) {
        seeded_random a = random, b = random;
        const double drawn = static_cast<double>(random.bits() >> 32);
        CHECK_FALSE(probability(drawn / 4294967296.0).happens(a));
        CHECK(probability((drawn + 1) / 4294967296.0).happens(b));
    }
}

TEST_CASE("one draw decides") {
    seeded_random random(3), same(3);
    for (int i = 0; i < 1000; ++i) CHECK(probability(0.25).happens(random) == (same.bits() >> 62 == 0));
}
