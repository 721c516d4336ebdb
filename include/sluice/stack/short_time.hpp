// SPDX-License-Identifier: MIT
//
// An instant in 32 bits, for records that are kept by the million: milliseconds modulo 2^32, rounded up. It stands for the
// instant nearest to now, so it must lie within 24 days of it.
#pragma once

#include <cstdint>

#include <sluice/base/time.hpp>

namespace sluice {

class short_time {
public:
    static constexpr duration tick = 1ms;

    constexpr short_time() = default;
    constexpr explicit short_time(instant at) : ticks_(ticks(at)) {}

    constexpr instant near(instant now) const {
        const auto ahead = static_cast<std::int32_t>(ticks_ - ticks(now));
        return instant((now.time_since_epoch() + tick - duration(1)) / tick * tick + ahead * tick);
    }

private:
    static constexpr std::uint32_t ticks(instant at) {
        return static_cast<std::uint32_t>((at.time_since_epoch() + tick - duration(1)) / tick);
    }

    std::uint32_t ticks_ = 0;
};

}  // namespace sluice
