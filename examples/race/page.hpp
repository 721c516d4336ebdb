// SPDX-License-Identifier: MIT
// race --report: one run as a page with pictures.
#pragma once

#include <sluice/trace/race_run.hpp>

#include <string>

namespace race {

std::string page(const sluice::trace::race_run& run, const sluice::trace::race_series& series);

}  // namespace race
