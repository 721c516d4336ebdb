// SPDX-License-Identifier: MIT
// Every policy with accurate_ecn.
#include "entering.hpp"

sluice::sim::entrant race::enter_with_accurate_ecn(std::size_t place, const sluice::sim::entry& how) {
    return enter_with<sluice::accurate_ecn>(place, how);
}
