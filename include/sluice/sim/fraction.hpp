// SPDX-License-Identifier: MIT
//
// Fractions as so many times 2^-32, and what is done with them in integers, so that a queue or a draw decides the same
// on every machine.
#pragma once

#include <cstdint>

namespace sluice::sim {

inline constexpr std::uint64_t one_in_2_to_32 = std::uint64_t{1} << 32;

/// Rounded down. The fraction may be more than one, as far as the product fits.
constexpr std::uint64_t scaled(std::uint64_t value, std::uint64_t fraction) {
    constexpr std::uint64_t low = one_in_2_to_32 - 1;
    return value * (fraction >> 32) + (value >> 32) * (fraction & low) + ((value & low) * (fraction & low) >> 32);
}

/// A fraction below one, multiplied with itself so many times: by squares, so that a long idle time costs no more.
constexpr std::uint64_t power(std::uint64_t fraction, std::uint64_t exponent) {
    std::uint64_t out = one_in_2_to_32;
    for (; exponent > 0 && out > 0; exponent >>= 1) {
        if (exponent & 1) out = scaled(out, fraction);
        fraction = scaled(fraction, fraction);
    }
    return out;
}

}  // namespace sluice::sim
