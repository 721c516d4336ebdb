// SPDX-License-Identifier: MIT
//
// Races as a table for people: the runs of one point, which differ by their seeds, become means with 95 % confidence
// intervals. The same runs give the same text, in whatever order they came.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <sluice/trace/race_run.hpp>
#include <sluice/trace/statistics.hpp>

namespace sluice::trace {

/// The runs of one point, which differ by their seeds.
using race_group = std::vector<const race_run*>;

namespace detail {

inline std::string in_words(const estimate& e, int places, double unit = 1) {
    std::string out = decimal(e.mean / unit, places);
    if (e.count > 1) out += " ± " + decimal(e.margin / unit, places);
    return out;
}

estimate estimate_over(const race_group& group, auto&& measure) {
    std::vector<double> sample;
    for (const race_run* each : group) sample.push_back(static_cast<double>(measure(each->result)));
    return estimate_of(sample);
}

}  // namespace detail

/// A row for each flow below the names of the columns.
inline std::vector<std::vector<std::string>> race_rows(const race_group& group) {
    const race_result& first = group.front()->result;
    std::vector<std::vector<std::string>> rows{{"flow", "Mbit/s", "share %", "RTT ms", "sent again", "lost", "marked"}};
    const std::vector<std::string> names = flow_names(first.flows);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto over = [&](auto flow_result::*measure) {
            return detail::estimate_over(group, [&](const race_result& r) { return r.flows[i].*measure; });
        };
        const int whole = group.size() > 1 ? 1 : 0;  // counts; their means are none
        using detail::in_words;
        rows.push_back({names[i], in_words(over(&flow_result::goodput_bps), 3, 1e6),
                        in_words(over(&flow_result::share), 2, 0.01), in_words(over(&flow_result::rtt_ms), 2),
                        in_words(over(&flow_result::retransmitted), whole), in_words(over(&flow_result::lost), whole),
                        in_words(over(&flow_result::marked), whole)});
    }
    return rows;
}

namespace detail {

inline std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown_width(row[i]));
    std::string out;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string room(widths[i] - shown_width(row[i]), ' ');
            out += i == 0 ? row[i] + room : "  " + room + row[i];
        }
        out += '\n';
    }
    return out;
}

}  // namespace detail

/// What holds for all flows together, in a sentence.
inline std::string race_summary(const race_group& group) {
    using detail::in_words;
    const auto over = [&](auto race_result::*measure) {
        return detail::estimate_over(group, [&](const race_result& r) { return r.*measure; });
    };
    return "Jain " + in_words(over(&race_result::jain), 3) + ", utilisation " +
           in_words(over(&race_result::utilisation), 2, 0.01) + " %, queue " +
           in_words(over(&race_result::queue_mean_ms), 2) + " ms on average, 95 % within " +
           in_words(over(&race_result::queue_p95_ms), 2) + " ms";
}

/// Runs of one point together, in the order of their numbers.
inline std::vector<race_group> race_groups(const std::vector<race_run>& runs) {
    race_group ordered;
    for (const race_run& each : runs) ordered.push_back(&each);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const race_run* a, const race_run* b) { return a->number < b->number; });
    std::vector<race_group> groups;
    for (const race_run* each : ordered) {
        const auto there = std::find_if(groups.begin(), groups.end(),
                                        [&](const race_group& g) { return g.front()->point == each->point; });
        (there == groups.end() ? groups.emplace_back() : *there).push_back(each);
    }
    return groups;
}

/// Runs of one race, as they are read (race_run.hpp, rounded).
inline std::string race_table(const std::vector<race_run>& runs) {
    if (runs.empty()) return {};
    std::string out = runs.front().race + '\n';
    for (const race_group& group : race_groups(runs)) {
        const std::string& point = group.front()->point;
        out += '\n';
        if (!point.empty()) out += point + '\n';
        out += detail::aligned(race_rows(group)) + race_summary(group) + '\n';
    }
    return out;
}

}  // namespace sluice::trace
