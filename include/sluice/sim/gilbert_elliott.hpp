// SPDX-License-Identifier: MIT
//
// Losses that come in bursts: the two-state Markov chain of Gilbert (1960) and Elliott (1963). A wire is in its good or
// its bad state, loses packets in each with a probability of its own, and may change its state after each packet. With
// p = to_bad and r = to_good, the share of packets that meet the bad state is p / (p + r), and 1 / r of them in a row
// do on average.
#pragma once

#include <sluice/sim/probability.hpp>

namespace sluice::sim {

/// As it stands, nothing is ever lost; with `to_bad` alone, each bad packet is lost and the next one is good again.
struct gilbert_elliott {
    probability to_bad{};
    probability to_good = 1;
    probability loss_in_good{};
    probability loss_in_bad = 1;
};

/// A wire that begins in the good state.
class bursty_loss {
public:
    bursty_loss(const gilbert_elliott& settings, seeded_random random) : settings_(settings), random_(random) {}

    /// The fate of the next packet.
    bool happens() {
        const bool is_lost = (is_bad_ ? settings_.loss_in_bad : settings_.loss_in_good).happens(random_);
        if ((is_bad_ ? settings_.to_good : settings_.to_bad).happens(random_)) is_bad_ = !is_bad_;
        return is_lost;
    }

private:
    gilbert_elliott settings_;
    seeded_random random_;
    bool is_bad_ = false;
};

}  // namespace sluice::sim
