// SPDX-License-Identifier: MIT
//
// The window that a connection begins with (RFC 6928), and that a pause leaves where nothing better is known. A part of
// congestion policies.
#pragma once

#include <algorithm>

#include <sluice/policy/reports.hpp>

namespace sluice {

/// RFC 6928 section 2 has 10 segments of 1460 octets; RFC 3390 has 4 segments, yet three times 1460 octets.
constexpr std::uint32_t initial_window_octets(std::uint32_t segments, std::uint32_t mss, std::uint32_t most) {
    return std::min(segments * mss, std::max(2 * mss, most));
}
constexpr std::uint32_t initial_window_octets(std::uint32_t segments, std::uint32_t mss) {
    return initial_window_octets(segments, mss, segments * 1460);
}

/// RFC 6928 section 2: one lost SYN may be an accident, two are congestion.
constexpr std::uint32_t first_window(const start_report& r, std::uint32_t segments) {
    return r.syn_retries > 1 ? r.mss : initial_window_octets(segments, r.mss);
}

}  // namespace sluice
