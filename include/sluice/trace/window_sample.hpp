// SPDX-License-Identifier: MIT
//
// A sender's congestion control at one instant: cwnd, ssthresh and pipe (RFC 6675's name for what is in flight) in
// octets, and the smoothed round-trip time. Knows neither who takes it nor what is drawn of it.
#pragma once

#include <cstdint>

#include <sluice/base/time.hpp>

namespace sluice::trace {

struct window_sample {
    instant at;
    std::uint32_t cwnd = 0;
    std::uint32_t ssthresh = 0;
    std::uint32_t pipe = 0;
    duration srtt{};
};

}  // namespace sluice::trace
