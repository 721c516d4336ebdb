// SPDX-License-Identifier: MIT
// A client that can only be called.
// expect: sluice: transfer: the client's lifecycle has no active OPEN
#include <sluice/sluice.hpp>

#ifdef SLUICE_CONTROL
using caller = sluice::tcp<sluice::client_only>;
#else
using caller = sluice::tcp<sluice::server_only>;
#endif

const auto report = sluice::sim::transfer<caller, sluice::tcp<>>({.octets = 1000});
