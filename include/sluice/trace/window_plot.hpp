// SPDX-License-Identifier: MIT
//
// A sender's congestion control over time: cwnd, ssthresh and pipe (RFC 6675's name for what is in flight) in octets, and
// the smoothed round-trip time. Made from samples alone: whoever takes them decides when.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include <sluice/base/time.hpp>
#include <sluice/trace/chart.hpp>

namespace sluice::trace {

struct window_sample {
    instant at;
    std::uint32_t cwnd = 0;
    std::uint32_t ssthresh = 0;
    std::uint32_t pipe = 0;
    duration srtt{};
};

namespace detail {

inline double sample_time(const window_sample& sample) {
    return static_cast<double>(sample.at.time_since_epoch().count()) / 1e9;
}

}  // namespace detail

/// An ssthresh which lies above all that was ever sent, as before the first loss (RFC 5681 section 3.1: "arbitrarily
/// high"), has no place in the picture: its line begins when it comes down.
inline std::string window_plot(std::span<const window_sample> samples, std::string title = "Congestion window") {
    double top = 0;
    for (const window_sample& sample : samples)
        top = std::max({top, static_cast<double>(sample.cwnd), static_cast<double>(sample.pipe)});
    std::vector<point> cwnd, ssthresh, pipe;
    bool is_ssthresh_shown = false;
    for (const window_sample& sample : samples) {
        const double at = detail::sample_time(sample);
        const bool is_in_sight = sample.ssthresh <= 1.5 * top;
        is_ssthresh_shown = is_ssthresh_shown || is_in_sight;
        cwnd.push_back({at, static_cast<double>(sample.cwnd)});
        pipe.push_back({at, static_cast<double>(sample.pipe)});
        ssthresh.push_back(
            {at, is_in_sight ? static_cast<double>(sample.ssthresh) : std::numeric_limits<double>::quiet_NaN()});
    }
    if (!is_ssthresh_shown) ssthresh.clear();
    chart picture(std::move(title), {"time", unit::seconds}, {"window", unit::octets});
    picture.steps("pipe", tone::green, std::move(pipe));
    picture.dashed_steps("ssthresh", tone::grey, std::move(ssthresh));
    picture.steps("cwnd", tone::blue, std::move(cwnd));
    return picture.text();
}

/// Samples without an SRTT yet leave a gap.
inline std::string srtt_plot(std::span<const window_sample> samples, std::string title = "Smoothed round-trip time") {
    std::vector<point> srtt;
    for (const window_sample& sample : samples)
        srtt.push_back({detail::sample_time(sample), sample.srtt > duration::zero()
                                                         ? static_cast<double>(sample.srtt.count()) / 1e9
                                                         : std::numeric_limits<double>::quiet_NaN()});
    chart picture(std::move(title), {"time", unit::seconds}, {"SRTT", unit::seconds});
    picture.steps("", tone::purple, std::move(srtt));
    return picture.text();
}

}  // namespace sluice::trace
