// SPDX-License-Identifier: MIT
// The default, and it finds the path's MTU by itself where no router tells it.
#include "endpoint.hpp"

int interop::run_probing(const task_to_do& todo, chosen_link& link) {
    return run<tcp<any_congestion, mtu_probing, growable_buffers>>(todo, link);
}
