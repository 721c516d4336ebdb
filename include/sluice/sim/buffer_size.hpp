// SPDX-License-Identifier: MIT
//
// How much may wait at a bottleneck, as people say it: so many times what the path holds (the bandwidth-delay product),
// packets, octets, or the time that the last of it waits.
#pragma once

#include <cstddef>
#include <cstdint>

#include <sluice/base/time.hpp>
#include <sluice/sim/drop_tail.hpp>

namespace sluice::sim {

/// What a path holds, in octets.
constexpr double bandwidth_delay_product(std::uint64_t rate, duration rtt) {
    return static_cast<double>(rate) / 8e9 * static_cast<double>(rtt.count());
}

class buffer_size {
public:
    static constexpr buffer_size bdp(double times) { return {unit::bdp, times}; }
    static constexpr buffer_size packets(std::size_t count) { return {unit::packets, static_cast<double>(count)}; }
    static constexpr buffer_size octets(std::size_t count) { return {unit::octets, static_cast<double>(count)}; }
    static constexpr buffer_size time(duration longest) { return {unit::time, static_cast<double>(longest.count())}; }

    /// A link's limits: unlimited, unless this is the unit.
    constexpr std::size_t limit_in_packets() const {
        return unit_ == unit::packets ? static_cast<std::size_t>(amount_) : unlimited;
    }
    constexpr std::size_t limit_in_octets(std::uint64_t rate, duration rtt) const {
        switch (unit_) {
            case unit::packets: return unlimited;
            case unit::octets: return static_cast<std::size_t>(amount_);
            case unit::bdp: return static_cast<std::size_t>(amount_ * bandwidth_delay_product(rate, rtt) + 0.5);
            case unit::time: return static_cast<std::size_t>(static_cast<double>(rate) / 8e9 * amount_ + 0.5);
        }
        return unlimited;
    }

private:
    enum class unit : std::uint8_t { bdp, packets, octets, time };
    constexpr buffer_size(unit u, double amount) : unit_(u), amount_(amount) {}

    unit unit_;
    double amount_;
};

}  // namespace sluice::sim
