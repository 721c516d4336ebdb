// SPDX-License-Identifier: MIT
// Every policy with no_ecn.
#include "entering.hpp"

sluice::sim::entrant race::enter_without_ecn(std::size_t place, const sluice::sim::entry& how) {
    return enter_with<sluice::no_ecn>(place, how);
}
