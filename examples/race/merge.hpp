// SPDX-License-Identifier: MIT
// race --merge: the runs that shards have printed, as if one machine had run them all.
#pragma once

#include "values.hpp"

#include <sluice/trace/race_run.hpp>

namespace race {

/// Throws wrong_argument for what is no such file, and unless each run of one race is there once.
std::vector<sluice::trace::race_run> merged(const std::vector<std::string>& files);

}  // namespace race
