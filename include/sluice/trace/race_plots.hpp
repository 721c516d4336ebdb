// SPDX-License-Identifier: MIT
//
// A race over time, a chart each: the flows' windows, what they have in the network, their round trips and goodputs,
// and the queue that they share. The same flow has the same colour in each.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include <sluice/trace/chart.hpp>
#include <sluice/trace/race_result.hpp>

namespace sluice::trace {

namespace detail {

inline double race_seconds(instant at) { return static_cast<double>(at.time_since_epoch().count()) / 1e9; }

inline constexpr std::array flow_tones{tone::blue, tone::orange, tone::green, tone::purple, tone::red, tone::grey};

/// A curve for each flow; `value` tells one of its points.
inline std::string flow_chart(const race_series& race, std::string title, quantity what, auto&& value) {
    chart picture(std::move(title), {"time", unit::seconds}, std::move(what));
    const std::vector<std::string> names = flow_names(race.flows);
    for (std::size_t i = 0; i < race.flows.size(); ++i) {
        std::vector<point> points;
        for (std::size_t k = 0; k < race.at.size(); ++k)
            points.push_back({race_seconds(race.at[k]), value(race.flows[i], k)});
        picture.line(names[i], flow_tones[i % flow_tones.size()], std::move(points));
    }
    return picture.text();
}

}  // namespace detail

/// A flow that has not begun leaves a gap, and so does a window that bounds nothing.
inline std::string race_windows(const race_series& race, std::string title = "Congestion windows") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    double most_pipe = 0;
    for (const flow_series& flow : race.flows)
        for (const window_sample& each : flow.samples) most_pipe = std::max(most_pipe, static_cast<double>(each.pipe));
    return detail::flow_chart(race, std::move(title), {"cwnd", unit::octets}, [&](const flow_series& f, std::size_t k) {
        const window_sample& at = f.samples[k];
        return at.srtt > duration::zero() && at.cwnd <= 16 * most_pipe ? static_cast<double>(at.cwnd) : nan;
    });
}

inline std::string race_pipes(const race_series& race, std::string title = "In the network (pipe)") {
    return detail::flow_chart(race, std::move(title), {"pipe", unit::octets}, [](const flow_series& f, std::size_t k) {
        return static_cast<double>(f.samples[k].pipe);
    });
}

inline std::string race_round_trips(const race_series& race, std::string title = "Smoothed round-trip times") {
    return detail::flow_chart(race, std::move(title), {"SRTT", unit::seconds}, [](const flow_series& f, std::size_t k) {
        const duration srtt = f.samples[k].srtt;
        return srtt > duration::zero() ? static_cast<double>(srtt.count()) / 1e9
                                       : std::numeric_limits<double>::quiet_NaN();
    });
}

/// Over the last sixtieth of the time, each.
inline std::string race_goodputs(const race_series& race, std::string title = "Goodput") {
    const std::size_t span = std::max<std::size_t>(race.at.size() / 60, 1);
    return detail::flow_chart(race, std::move(title), {"Mbit/s"}, [&](const flow_series& f, std::size_t k) {
        const bool is_first = k < span;
        const double octets = static_cast<double>(f.read[k] - (is_first ? 0 : f.read[k - span]));
        const double begin = is_first ? 0 : detail::race_seconds(race.at[k - span]);
        return octets * 8e-6 / (detail::race_seconds(race.at[k]) - begin);
    });
}

inline std::string race_queue(const race_series& race, std::string title = "Waiting at the bottleneck") {
    std::vector<point> points;
    for (std::size_t k = 0; k < race.at.size(); ++k)
        points.push_back({detail::race_seconds(race.at[k]), static_cast<double>(race.queue[k].count()) / 1e9});
    chart picture(std::move(title), {"time", unit::seconds}, {"queue", unit::seconds});
    picture.line("", tone::purple, std::move(points));
    return picture.text();
}

}  // namespace sluice::trace
