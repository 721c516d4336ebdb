// SPDX-License-Identifier: MIT
// A server that can only call.
// expect: sluice: transfer: the server's lifecycle has no passive OPEN
#include <sluice/sluice.hpp>

#ifdef SLUICE_CONTROL
using called = sluice::tcp<sluice::server_only>;
#else
using called = sluice::tcp<sluice::client_only>;
#endif

const auto report = sluice::sim::transfer<sluice::tcp<>, called>({.octets = 1000});
