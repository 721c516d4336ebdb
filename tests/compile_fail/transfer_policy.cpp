// SPDX-License-Identifier: MIT
// A policy in the place of a TCP.
// expect: sluice: transfer: a policy is no TCP yet: write tcp<reno>
// near: reno
#include <sluice/sluice.hpp>

#ifdef SLUICE_CONTROL
const auto report = sluice::sim::transfer<sluice::tcp<sluice::reno>>({.octets = 1000});
#else
const auto report = sluice::sim::transfer<sluice::reno>({.octets = 1000});
#endif
