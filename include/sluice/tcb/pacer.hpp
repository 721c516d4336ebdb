// SPDX-License-Identifier: MIT
//
// When the next packet may leave, where a congestion policy names a rate: each packet puts the next one off by the time
// that it takes at that rate. Who comes late may make up for a millisecond, so no burst is longer. Which rate, and
// which packets, it does not know.
#pragma once

#include <algorithm>
#include <cstdint>

#include <sluice/base/time.hpp>

namespace sluice {

/// A window's worth each round trip, times `percent` of a hundred; 0, which is no rate, while there is no round trip.
constexpr std::uint64_t octets_per_second(std::uint32_t window, duration srtt, std::uint32_t percent) {
    const auto microseconds = static_cast<std::uint64_t>(srtt / 1us);
    return microseconds == 0 ? 0 : std::uint64_t{window} * percent * 10'000 / microseconds;
}

class pacer {
public:
    static constexpr duration most_credit = 1ms;

    /// So many octets more leave at once (after a pause, what a new connection might send).
    constexpr void allow(std::uint32_t length) { at_once_ = length; }

    /// What is ready has to wait; for how long, waits_until() says.
    constexpr bool holds(std::uint64_t rate, instant now) {
        waits_ = rate > 0 && at_once_ == 0 && now < due_;
        return waits_;
    }
    constexpr instant waits_until() const { return waits_ ? due_ : never; }
    constexpr void wake(instant now) {
        if (due_ <= now) waits_ = false;
    }

    constexpr void sent(std::uint32_t length, std::uint64_t rate, instant now) {
        const std::uint32_t free = std::min(at_once_, length);
        at_once_ -= free;
        if (rate > 0) due_ = std::max(due_, now - most_credit) + time_of(length - free, rate);
    }

    /// The largest super-segment: what leaves in a millisecond, yet two segments at least.
    static constexpr std::uint32_t quantum(std::uint64_t rate, std::uint32_t segment) {
        return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(rate / 1000, 2 * segment, std::uint32_t{1} << 30));
    }

private:
    static constexpr duration time_of(std::uint32_t length, std::uint64_t rate) {
        return duration(static_cast<std::int64_t>(std::uint64_t{length} * 1'000'000'000 / rate));
    }

    instant due_{};
    std::uint32_t at_once_ = 0;
    bool waits_ = false;
};

}  // namespace sluice
