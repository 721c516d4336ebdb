// SPDX-License-Identifier: MIT
// Intervals of numbers that do not go round.
// expect: sluice: buffers slot: intervals must be a basic_interval_set of seq
// near: straight
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct straight : sluice::fixed_buffers<> {
#ifndef SLUICE_CONTROL
    using intervals = sluice::interval_set<int, 16>;
#endif
};

using made = sluice::tcp<straight>::settings;
