// SPDX-License-Identifier: MIT
//
// An instant in 32 bits, for records that are kept by the million: so many units modulo 2^32, rounded up. It stands for
// the instant nearest to now, so it must lie within 2^31 units of it: 24 days in milliseconds, 35 minutes in
// microseconds.
#pragma once

#include <cstdint>

#include <sluice/base/time.hpp>

namespace sluice {

template <class Unit>
class short_time {
public:
    static constexpr duration tick = Unit(1);

    constexpr short_time() = default;
    constexpr explicit short_time(instant at) : ticks_(static_cast<std::uint32_t>(ticks(at))) {}

    constexpr instant near(instant now) const {
        const auto ahead = static_cast<std::int32_t>(ticks_ - static_cast<std::uint32_t>(ticks(now)));
        return instant((ticks(now) + ahead) * tick);
    }

    friend constexpr bool operator==(const short_time&, const short_time&) = default;

private:
    static constexpr std::int64_t ticks(instant at) { return (at.time_since_epoch() + tick - duration(1)) / tick; }

    std::uint32_t ticks_ = 0;
};

}  // namespace sluice
