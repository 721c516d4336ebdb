// SPDX-License-Identifier: MIT
// AccECN, and recovery by SACK with PRR.
#include "endpoint.hpp"

int interop::run_accurate(const task_to_do& todo, chosen_link& link) {
    return run<tcp<any_congestion, prr_recovery, accurate_ecn, growable_buffers>>(todo, link);
}
