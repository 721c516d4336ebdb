// SPDX-License-Identifier: MIT
// The runs that a command line asks for: a sweep, each policy alone, several seeds; and how each is run.
#pragma once

#include "options.hpp"

namespace race {

struct planned_run {
    choice what;
    std::string point;  // what the others do not share
    std::uint64_t seed = 1;
};

/// All runs, in the order of their numbers; what they share stands in `race`. Throws wrong_argument.
struct plan {
    std::string race;
    std::vector<planned_run> runs;
};
plan plan_of(const options& o);

/// A run's choice as values. Throws wrong_argument.
struct prepared {
    std::vector<sluice::sim::entrant> who;
    sluice::sim::race_settings how;
};
prepared prepare(const planned_run& run);

}  // namespace race
