// SPDX-License-Identifier: MIT
// The default, with congestion policies by name.
#include "endpoint.hpp"

int interop::run_rack(const task_to_do& todo, chosen_link& link) {
    return run<tcp<any_congestion, growable_buffers>>(todo, link);
}
