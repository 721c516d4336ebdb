// SPDX-License-Identifier: MIT
// Every policy with classic_ecn.
#include "entering.hpp"

sluice::sim::entrant race::enter_with_classic_ecn(std::size_t place, const sluice::sim::entry& how) {
    return enter_with<sluice::classic_ecn>(place, how);
}
