// SPDX-License-Identifier: MIT
// A policy is an instance with default settings unless others are given.
// expect: sluice: not a policy: it must be default constructible
// near: wants_argument
#include <sluice/policy/compose.hpp>

struct wants_argument {
    using slot = sluice::ecn_slot;
#ifndef SLUICE_CONTROL
    constexpr explicit wants_argument(int) {}
#endif
};

using made = sluice::tcp<wants_argument>::settings;
