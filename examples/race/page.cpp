// SPDX-License-Identifier: MIT
// The page: tables, then everything over time.
#include "page.hpp"

#include <sluice/trace/race_plots.hpp>
#include <sluice/trace/race_table.hpp>
#include <sluice/trace/report.hpp>
#include <sluice/trace/time_sequence.hpp>

namespace race {

namespace {

using namespace sluice;

void add_tables(trace::html_report& report, const std::vector<trace::race_run>& runs) {
    for (const trace::race_group& group : trace::race_groups(runs)) {
        const auto rows = trace::race_rows(group);
        if (!group.front()->point.empty()) report.heading(group.front()->point);
        report.table(rows.front(), {rows.begin() + 1, rows.end()});
        report.paragraph(trace::race_summary(group) + '.');
    }
}

void add_pictures(trace::html_report& report, const trace::race_series& series) {
    report.heading("Over time");
    report.figure("What each flow may have in the network.", trace::race_windows(series));
    report.figure("What each has there, as far as its sender knows.", trace::race_pipes(series));
    report.figure("The round trips that they measure.", trace::race_round_trips(series));
    report.figure("How long packets wait before the bottleneck sends them.", trace::race_queue(series));
    report.figure("What arrives and is read.", trace::race_goodputs(series));

    report.heading("The first round trips, segment by segment");
    report.paragraph("What was sent when, what had been acknowledged by then, and what the bottleneck dropped.");
    const std::vector<std::string> names = trace::flow_names(series.flows);
    for (std::size_t i = 0; i < series.flows.size(); ++i)
        if (!series.flows[i].wire.empty())
            report.figure("Sequence numbers count from the SYN.",
                          trace::time_sequence(series.flows[i].wire, 0, names[i]));
}

}  // namespace

std::string page(const std::vector<trace::race_run>& runs, const trace::race_series* series) {
    trace::html_report report("Who gets how much of the bottleneck");
    report.listing("race " + runs.front().race);
    add_tables(report, runs);
    if (series) add_pictures(report, *series);
    return report.text();
}

}  // namespace race
