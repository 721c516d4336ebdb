// SPDX-License-Identifier: MIT
//
// A probability as an integer, so many times in 2^32: what a world decides by it is decided the same on every machine.
// Written as a fraction from 0 to 1, `.loss = 0.01` for one in a hundred, which is rounded once, when it is written.
#pragma once

#include <cassert>
#include <cstdint>

#include <sluice/base/random.hpp>
#include <sluice/sim/fraction.hpp>

namespace sluice::sim {

class probability {
public:
    constexpr probability(double fraction = 0)
        : chance_(!(fraction > 0)  ? 0
                  : fraction >= 1 ? one_in_2_to_32
                                  : static_cast<std::uint64_t>(fraction * one_in_2_to_32 + 0.5)) {
        assert(fraction >= 0 && fraction <= 1 && "a probability is a fraction, not per cent");
    }

    constexpr std::uint64_t in_2_to_32() const { return chance_; }

    /// Draws once, or not at all from what never happens.
    constexpr bool happens(seeded_random& random) const { return chance_ != 0 && random.bits() >> 32 < chance_; }

private:
    std::uint64_t chance_;
};

}  // namespace sluice::sim
