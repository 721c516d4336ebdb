// SPDX-License-Identifier: MIT
//
// Time as the core sees it: integer nanoseconds that arrive as arguments. No clock is read anywhere in the core, so
// `virtual_clock` names an epoch and deliberately has no now().
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

struct virtual_clock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<virtual_clock>;
    static constexpr bool is_steady = true;
};

using duration = virtual_clock::duration;
using instant = virtual_clock::time_point;

using namespace std::chrono_literals;

/// A deadline that is not set. Compare with it, never add to it.
inline constexpr instant never = instant::max();
/// Before anything that has happened. Compare with it, never subtract it.
inline constexpr instant long_ago = instant::min();

/// Never where that lies beyond all time, as `duration::max()` does, which stands for "for ever".
constexpr instant after(instant from, duration delay) {
    const bool is_beyond = from > instant() && delay > never - from;
    return is_beyond ? never : from + delay;
}

}  // namespace sluice
