// SPDX-License-Identifier: MIT
// race reno cubic my_cc --rate 100M --rtt 40ms --buffer 1bdp --loss 0.1% --time 60s --seed 7: congestion policies in
// one network, in virtual time; a table of who got what, or --report page.html. `race --help` has all there is.
// g++ -std=c++20 -O2 -Iinclude examples/race/*.cpp -o race
#include "merge.hpp"
#include "page.hpp"
#include "plan.hpp"
#include "policies.hpp"

#include <sluice/trace/race_plots.hpp>
#include <sluice/trace/race_table.hpp>

#include <cstdio>
#include <stdexcept>
#include <unistd.h>

namespace race {

namespace {

using namespace sluice;

/// Tells how far it is, if somebody looks and it takes long.
class progress {
public:
    explicit progress(std::size_t runs) : runs_(runs), is_seen_(isatty(STDERR_FILENO) == 1) {}
    ~progress() {
        if (is_shown_) std::fputs("\r\033[K", stderr);
    }
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    void begin_run() { ++run_; }
    void look(instant now, duration time) {
        const double part = static_cast<double>(now.time_since_epoch().count()) / static_cast<double>(time.count());
        const int percent = static_cast<int>(100 * (static_cast<double>(run_ - 1) + part) / static_cast<double>(runs_));
        if (!is_seen_ || percent == percent_) return;
        percent_ = percent;
        is_shown_ = true;
        std::fprintf(stderr, "\rrun %zu of %zu, %d %%", run_, runs_, percent);
    }

private:
    std::size_t runs_, run_ = 0;
    int percent_ = 0;
    bool is_seen_, is_shown_ = false;
};

void save(const std::string& file, auto&& content) {
    if (!trace::save_file(file, content)) throw wrong_argument{"can't write " + file};
}

void print_runs(const std::vector<trace::race_run>& runs, print as) {
    if (as == print::csv) std::fputs(trace::race_csv_header().c_str(), stdout);
    if (as == print::table) std::fputs(trace::race_table(runs).c_str(), stdout);
    for (const trace::race_run& each : runs) {
        if (as == print::csv) std::fputs(trace::to_csv(each).c_str(), stdout);
        if (as == print::json) std::puts(trace::to_json(each).c_str());
    }
}

sim::race_report run_one(const prepared& ready, const options& o, progress& shown) {
    sim::race_settings how = ready.how;
    how.capture = !o.pcap.empty();
    if (!o.report.empty()) how.wire_log = std::min<duration>(how.time, 25 * how.rtt + 100ms);
    shown.begin_run();
    sim::race_report report = sim::race(ready.who, how, [&](instant now) { shown.look(now, how.time); });
    if (report.failure != error::none) throw std::runtime_error(std::string("a flow failed: ") + text(report.failure));
    return report;
}

/// This shard's runs; the last one's series and packets go to files, if it is the only one.
std::vector<trace::race_run> run_all(const plan& all, const options& o) {
    std::vector<prepared> ready;
    for (const planned_run& each : all.runs) ready.push_back(prepare(each));  // what is wrong is wrong at once
    const bool is_only = all.runs.size() == 1;
    if (!is_only && !(o.svg + o.pcap).empty())
        throw wrong_argument{"--svg and --pcap show one run, and these are " + trace::digits(all.runs.size()) +
                             ": leave out --sweep, --seeds and --alone"};
    progress shown((all.runs.size() + o.shards - o.shard) / o.shards);
    std::vector<trace::race_run> done;
    for (std::size_t i = o.shard - 1; i < all.runs.size(); i += o.shards) {
        const sim::race_report report = run_one(ready[i], o, shown);
        done.push_back(trace::rounded({.race = all.race,
                                       .number = i,
                                       .runs = all.runs.size(),
                                       .point = all.runs[i].point,
                                       .seed = all.runs[i].seed,
                                       .result = report}));
        if (!o.svg.empty()) save(o.svg, trace::race_windows(report.series));
        if (!o.pcap.empty()) save(o.pcap, report.packets.bytes());
        if (!o.report.empty() && is_only) save(o.report, page(done, &report.series));
    }
    if (!o.report.empty() && !is_only) save(o.report, page(done, nullptr));
    return done;
}

}  // namespace

}  // namespace race

int main(int count, char** words) {
    using namespace race;
    try {
        const options o = read_options(count, words);
        if (o.helps) return std::fputs(help().c_str(), stdout), 0;
        if (o.lists) {
            for (const auto& each : policies)
                std::printf("%-14s%s\n", std::string(each.name).c_str(), std::string(each.what).c_str());
            return 0;
        }
        const std::vector<sluice::trace::race_run> runs = o.merges ? merged(o.files) : run_all(plan_of(o), o);
        if (o.merges && !o.report.empty()) save(o.report, page(runs, nullptr));
        print_runs(runs, o.shards > 1 ? print::json : o.as);
        return 0;
    } catch (const wrong_argument& wrong) {
        std::fprintf(stderr, "race: %s\n", wrong.what.c_str());
        return 2;
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "race: %s\n", failed.what());
        return 1;
    }
}
