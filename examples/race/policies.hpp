// SPDX-License-Identifier: MIT
// The congestion policies that race knows by name, each composed with RACK-TLP and a way to answer ECN.
#pragma once

#include <sluice/sim/entrant.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace race {

struct policy {
    std::string_view name;
    std::string_view what;  // in words
    sluice::sim::entrant (*enter)(const sluice::sim::entry& how);
};

/// With no ECN.
const std::vector<policy>& policies();

}  // namespace race
