// SPDX-License-Identifier: MIT
//
// Seeded random numbers: xoshiro256** (Blackman and Vigna), expanded from an integer by splitmix64, with distributions
// of our own, so that one seed gives one sequence with every compiler. Not for secrets on its own: a host on a real
// link fills the 256-bit seed from the system.
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstdint>

namespace sluice {

/// 256 bits; an integer is expanded.
struct seed {
    std::array<std::uint64_t, 4> words{};

    constexpr seed(std::uint64_t number = 0) {
        for (auto& word : words) {
            number += 0x9e3779b97f4a7c15;
            std::uint64_t z = number;
            z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
            z = (z ^ z >> 27) * 0x94d049bb133111eb;
            word = z ^ z >> 31;
        }
    }
    constexpr explicit seed(const std::array<std::uint64_t, 4>& bits) : words(bits) {}
};

class seeded_random {
public:
    /// All zeros would stay zeros for ever; that seed is expanded like the integer 0.
    constexpr explicit seeded_random(seed s) : state_(s.words == decltype(s.words){} ? seed(0).words : s.words) {}

    constexpr std::uint64_t bits() {
        const std::uint64_t out = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return out;
    }

    /// Even over 0 … limit − 1: numbers above the last whole multiple are drawn again.
    constexpr std::uint64_t below(std::uint64_t limit) {
        assert(limit > 0);
        const std::uint64_t skewed = (0 - limit) % limit;  // 2^64 mod limit
        std::uint64_t drawn = bits();
        while (drawn < skewed) drawn = bits();
        return drawn % limit;
    }

    /// True `chance` times in 2^32.
    constexpr bool happens(std::uint32_t chance) { return (bits() >> 32) < chance; }

    /// Exponential with mean 1, in 2^-32: by comparing even numbers alone (von Neumann 1951). A row that falls for an
    /// odd number of steps, the first number counted, is as likely as e to the minus that number; each other adds 1.
    constexpr std::uint64_t exponential() {
        for (std::uint64_t whole = 0;; ++whole) {
            const std::uint64_t first = bits();
            bool is_odd = true;
            for (std::uint64_t last = first, next = bits(); next < last; last = next, next = bits()) is_odd = !is_odd;
            if (is_odd) return whole << 32 | first >> 32;
        }
    }

    /// An independent sequence, for a part that must not disturb the others' numbers.
    constexpr seeded_random fork() { return seeded_random(seed({bits(), bits(), bits(), bits()})); }

private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace sluice
