// SPDX-License-Identifier: MIT
// race --report: the numbers of all runs as a page; of one run, how it went in pictures.
#pragma once

#include <sluice/trace/race_run.hpp>

#include <string>
#include <vector>

namespace race {

/// `series` is the run's, if there is just one; it may be null.
std::string page(const std::vector<sluice::trace::race_run>& runs, const sluice::trace::race_series* series);

}  // namespace race
