// SPDX-License-Identifier: MIT
// sim/fraction.hpp against exact products and powers.
#include <doctest/doctest.h>

#include <cmath>

#include <sluice/base/random.hpp>
#include <sluice/sim/fraction.hpp>

using namespace sluice;
using sim::one_in_2_to_32;

TEST_CASE("a value is scaled without loss, rounded down") {
    static_assert(sim::scaled(1000, one_in_2_to_32) == 1000 && sim::scaled(1000, one_in_2_to_32 / 4) == 250);
    static_assert(sim::scaled(~std::uint64_t{0}, one_in_2_to_32) == ~std::uint64_t{0});
    static_assert(sim::scaled(~std::uint64_t{0}, one_in_2_to_32 / 2) == ~std::uint64_t{0} / 2);
    static_assert(sim::scaled(7, one_in_2_to_32 * 5 / 2) == 17);
    seeded_random random(1);
    for (int i = 0; i < 1000; ++i) {  // products of 64 bits, where division finds the same
        const std::uint64_t value = random.bits() >> 33, fraction = random.bits() >> 32;
        CHECK(sim::scaled(value, fraction) == value * fraction / one_in_2_to_32);
    }
}

TEST_CASE("a power of a fraction is right to 2^-20, however large the exponent") {
    for (const double fraction : {0.5, 0.9, 511.0 / 512})
        for (const int exponent : {0, 1, 2, 3, 17, 100, 1000})
            CHECK(
                std::abs(std::ldexp(static_cast<double>(sim::power(static_cast<std::uint64_t>(std::ldexp(fraction, 32)),
                                                                   static_cast<std::uint64_t>(exponent))),
                                    -32) -
                         std::pow(fraction, exponent)) < std::ldexp(1, -20));
    CHECK(sim::power(one_in_2_to_32 - 1, ~std::uint64_t{0}) == 0);
    CHECK(sim::power(0, 0) == one_in_2_to_32);
}
