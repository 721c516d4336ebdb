// SPDX-License-Identifier: MIT
// The page: the numbers, then everything over time.
#include "page.hpp"

#include <sluice/trace/race_plots.hpp>
#include <sluice/trace/report.hpp>
#include <sluice/trace/time_sequence.hpp>

namespace race {

using namespace sluice;

std::string page(const trace::race_run& run, const trace::race_series& series) {
    trace::html_report report("race: " + run.result.flows.front().policy + (run.result.flows.size() > 1 ? " and others" : ""));
    report.listing("race " + run.race);
    const std::vector<trace::race_run> only{run};
    const std::vector<std::string> names = trace::flow_names(series.flows);
    const auto rows = trace::detail::flow_rows({&run});
    report.table(rows.front(), {rows.begin() + 1, rows.end()});
    report.paragraph(trace::detail::summary({&run}));

    report.heading("Over time");
    report.figure("What each flow may have in the network.", trace::race_windows(series));
    report.figure("What each has there, as far as its sender knows.", trace::race_pipes(series));
    report.figure("The round trips that they measure.", trace::race_round_trips(series));
    report.figure("How long packets wait before the bottleneck sends them.", trace::race_queue(series));
    report.figure("What arrives and is read.", trace::race_goodputs(series));

    report.heading("The first round trips, segment by segment");
    report.paragraph("What was sent when, what had been acknowledged by then, and what the bottleneck dropped.");
    for (std::size_t i = 0; i < series.flows.size(); ++i)
        if (!series.flows[i].wire.empty())
            report.figure(names[i], trace::time_sequence(series.flows[i].wire, 0, names[i]));
    return report.text();
}

}  // namespace race
