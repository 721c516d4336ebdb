// SPDX-License-Identifier: MIT
//
// What came of a race, flows through one bottleneck: who got how much, what it cost, and, for pictures, how it went.
// Values only, and what the flows are called: who runs races (sim/race.hpp) fills them in, who prints them (race_run,
// race_table, race_plots) reads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include <sluice/base/time.hpp>
#include <sluice/trace/text.hpp>
#include <sluice/trace/window_sample.hpp>
#include <sluice/trace/wire_event.hpp>

namespace sluice::trace {

struct flow_result {
    std::string policy;
    double goodput_bps = 0;           // of what was read, from the flow's start on
    double share = 0;                 // of all goodput
    double rtt_ms = 0;                // SRTT, on average over time
    std::uint64_t retransmitted = 0;  // segments
    std::uint64_t lost = 0;           // packets of the flow that the bottleneck dropped
    std::uint64_t marked = 0;         // and that it marked CE
};

struct race_result {
    std::vector<flow_result> flows{};
    double jain = 0;           // of the goodputs
    double utilisation = 0;    // of the bottleneck, headers counted
    double queue_mean_ms = 0;  // what packets waited there before their transmission
    double queue_p95_ms = 0;   // 95 % of them no longer than this
    std::uint64_t losses = 0;  // of all flows; so are the marks
    std::uint64_t marks = 0;
};

/// One flow at the instants at which all were looked at.
struct flow_series {
    std::string policy;
    std::vector<window_sample> samples{};
    std::vector<std::uint64_t> read{};  // octets by then
    std::vector<wire_event> wire{};     // the beginning, segment by segment; may be empty
};

struct race_series {
    std::vector<flow_series> flows{};
    std::vector<instant> at{};
    std::vector<duration> queue{};  // what those waited, on average, that came through since the last look
};

/// "reno"; where several have the same policy, "cubic 1", "cubic 2".
inline std::vector<std::string> flow_names(const auto& flows) {
    std::vector<std::string> out;
    for (const auto& each : flows) {
        const auto is_alike = [&](const auto& other) { return other.policy == each.policy; };
        const auto before = std::count_if(flows.begin(), flows.begin() + std::distance(flows.data(), &each), is_alike);
        const bool is_only = std::count_if(flows.begin(), flows.end(), is_alike) == 1;
        out.push_back(is_only ? each.policy : each.policy + ' ' + digits(before + 1));
    }
    return out;
}

}  // namespace sluice::trace
