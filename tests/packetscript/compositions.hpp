// SPDX-License-Identifier: MIT
// The compositions that packetscript can run scripts against.
#pragma once

#include <span>
#include <string_view>

#include <sluice/testing/script/under_test.hpp>

struct composition {
    std::string_view policies;  // names, in any order, of what differs from one to the other
    sluice::testing::script::maker make;
};

/// The defaults come first.
std::span<const composition> by_recovery();
std::span<const composition> by_congestion();
std::span<const composition> by_options();
