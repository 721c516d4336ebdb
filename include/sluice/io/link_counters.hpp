// SPDX-License-Identifier: MIT
//
// What a real link tells of itself.
#pragma once

#include <cstdint>

namespace sluice::io {

struct link_counters {
    std::uint64_t packets_in = 0, packets_out = 0;  // a super-segment counts as one
    std::uint64_t lost_out = 0;  // refused by the system for good, as on a wire that is cut
    std::uint64_t lost_in = 0;     // came when there was no room for it
    std::uint64_t refused_in = 0;  // cut short, or none that this link carries
    std::uint64_t unreachable = 0;  // ICMP about what was sent inside of UDP: nobody is there
    std::uint64_t errors = 0;    // of the system's that end a link
};

}  // namespace sluice::io
