// SPDX-License-Identifier: MIT
// Without SACK and ECN: NewReno.
#include "endpoint.hpp"

int interop::run_newreno(const task_to_do& todo, chosen_link& link) {
    return run<tcp<any_congestion, newreno_recovery, no_sack, no_ecn, growable_buffers>>(todo, link);
}
