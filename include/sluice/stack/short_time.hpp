// SPDX-License-Identifier: MIT
//
// An instant in 32 bits or less, for records that are kept by the million: so many units modulo 2^Bits, rounded up. It
// stands for a deadline, which lies a little ahead of now, or was missed: by an hour when a host has slept. So an
// eighth of the circle is the future, the rest the past: 8 and 62 minutes in microseconds. Or 2^Ahead units
// are.
#pragma once

#include <cstdint>

#include <sluice/base/time.hpp>

namespace sluice {

template <class Unit, int Bits = 32, int Ahead = Bits - 3>
class short_time {
public:
    static constexpr duration tick = Unit(1);
    static constexpr duration longest_ahead = (std::int64_t{1} << Ahead) * tick;  // a deadline is no further off

    constexpr short_time() = default;
    constexpr explicit short_time(instant at) : ticks_(static_cast<std::uint32_t>(ticks(at)) & circle) {}
    /// From number(), which fits into a bit-field.
    static constexpr short_time of(std::uint32_t number) {
        short_time out;
        out.ticks_ = number;
        return out;
    }
    constexpr std::uint32_t number() const { return ticks_; }

    constexpr instant near(instant now) const {
        auto ahead = static_cast<std::int64_t>((ticks_ - static_cast<std::uint32_t>(ticks(now))) & circle);
        if (ahead > longest_ahead / tick) ahead -= std::int64_t{circle} + 1;
        return instant((ticks(now) + ahead) * tick);
    }

    friend constexpr bool operator==(const short_time&, const short_time&) = default;

private:
    static constexpr std::uint32_t circle = static_cast<std::uint32_t>((std::uint64_t{1} << Bits) - 1);
    static constexpr std::int64_t ticks(instant at) { return (at.time_since_epoch() + tick - duration(1)) / tick; }

    std::uint32_t ticks_ = 0;
};

}  // namespace sluice
