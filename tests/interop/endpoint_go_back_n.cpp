// SPDX-License-Identifier: MIT
// The least: no options at all, and all is sent again.
#include "endpoint.hpp"

int interop::run_go_back_n(const task_to_do& todo, chosen_link& link) {
    return run<tcp<any_congestion, go_back_n, no_sack, no_timestamps, no_window_scale, no_ecn, every_segment,
                   linux_like, growable_buffers>>(todo, link);
}
