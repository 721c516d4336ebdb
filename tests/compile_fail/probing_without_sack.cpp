// SPDX-License-Identifier: MIT
// Packets that are tried out, and nothing that could tell which of them was lost.
// expect: sluice: options slot: mtu_probing needs SACK, and a recovery policy that makes something of it
// near: newreno_recovery
#include <sluice/policy/compose.hpp>
#include <sluice/policy/options/mtu_probing.hpp>
#include <sluice/policy/options/no_sack.hpp>

#ifdef SLUICE_CONTROL
using made = sluice::tcp<sluice::mtu_probing>::settings;
#else
using made = sluice::tcp<sluice::mtu_probing, sluice::no_sack>::settings;
#endif
made settings;
