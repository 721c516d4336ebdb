// SPDX-License-Identifier: MIT
//
// A sender's congestion control over time: cwnd, ssthresh and pipe (RFC 6675's name for what is in flight) in octets,
// and the smoothed round-trip time. Made from samples alone: whoever takes them decides when.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include <sluice/trace/chart.hpp>
#include <sluice/trace/window_sample.hpp>

namespace sluice::trace {

namespace detail {

inline double sample_time(const window_sample& sample) {
    return static_cast<double>(sample.at.time_since_epoch().count()) / 1e9;
}

}  // namespace detail

/// What lies above all that was ever sent bounds nothing and has no place in the picture: an ssthresh before the first
/// loss (RFC 5681 section 3.1: "arbitrarily high"), whose line begins when it comes down, and the cwnd of who has none,
/// of which the title tells. cwnd is dashed, so that a pipe that fills it shows through.
inline std::string window_plot(std::span<const window_sample> samples, std::string title = "Congestion window") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    double most_pipe = 0, top = 0;
    for (const window_sample& sample : samples) most_pipe = std::max(most_pipe, static_cast<double>(sample.pipe));
    const auto is_bound = [&](const window_sample& sample) { return sample.cwnd <= 16 * most_pipe; };
    for (const window_sample& sample : samples)
        top = std::max(top, static_cast<double>(is_bound(sample) ? std::max(sample.cwnd, sample.pipe) : sample.pipe));
    std::vector<point> cwnd, ssthresh, pipe;
    bool is_cwnd_shown = false, is_ssthresh_shown = false;
    for (const window_sample& sample : samples) {
        const double at = detail::sample_time(sample);
        const bool is_in_sight = sample.ssthresh <= 1.5 * top;
        is_cwnd_shown = is_cwnd_shown || is_bound(sample);
        is_ssthresh_shown = is_ssthresh_shown || is_in_sight;
        cwnd.push_back({at, is_bound(sample) ? static_cast<double>(sample.cwnd) : nan});
        pipe.push_back({at, static_cast<double>(sample.pipe)});
        ssthresh.push_back({at, is_in_sight ? static_cast<double>(sample.ssthresh) : nan});
    }
    if (!is_cwnd_shown && !samples.empty()) title += " (cwnd: unbounded)";
    if (!is_cwnd_shown) cwnd.clear();
    if (!is_ssthresh_shown) ssthresh.clear();
    chart picture(std::move(title), {"time", unit::seconds}, {"window", unit::octets});
    picture.steps("pipe", tone::green, std::move(pipe));
    picture.dashed_steps("ssthresh", tone::grey, std::move(ssthresh));
    picture.dashed_steps("cwnd", tone::blue, std::move(cwnd));
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
