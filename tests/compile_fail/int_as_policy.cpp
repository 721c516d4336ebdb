// SPDX-License-Identifier: MIT
// A type that is no class at all.
// expect: sluice: not a policy: .*which slot
// near: int
#include <sluice/policy/compose.hpp>
#include <sluice/policy/congestion/reno.hpp>

#ifdef SLUICE_CONTROL
using made = sluice::tcp<sluice::reno>::settings;
#else
using made = sluice::tcp<sluice::reno, int>::settings;
#endif
