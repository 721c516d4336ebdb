// SPDX-License-Identifier: MIT
// race reno cubic my_cc --rate 100M --rtt 40ms --buffer 1bdp --loss 0.1% --time 60s --seed 7: congestion policies in
// one network, in virtual time; a table of who got what, or --report page.html. `race --help` has all there is.
// g++ -std=c++20 -O2 -Iinclude examples/race/*.cpp -o race
#include "options.hpp"
#include "merge.hpp"
#include "page.hpp"
#include "policies.hpp"

#include <sluice/trace/race_plots.hpp>
#include <sluice/trace/race_table.hpp>

#include <cstdio>
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

bool save(const std::string& file, auto&& content) {
    if (file.empty() || trace::save_file(file, content)) return true;
    std::fprintf(stderr, "race: can't write %s\n", file.c_str());
    return false;
}

void print_runs(const std::vector<trace::race_run>& runs, print as) {
    if (as == print::csv) std::fputs(trace::race_csv_header().c_str(), stdout);
    if (as == print::table) std::fputs(trace::race_table(runs).c_str(), stdout);
    for (const trace::race_run& each : runs) {
        if (as == print::csv) std::fputs(trace::to_csv(each).c_str(), stdout);
        if (as == print::json) std::puts(trace::to_json(each).c_str());
    }
}

int run(const options& o) {
    const plan all = plan_of(o);
    const bool has_files = !(o.report + o.svg + o.pcap).empty();
    if (has_files && (all.runs.size() > 1 || o.shards > 1))
        throw wrong_argument{"--report, --svg and --pcap show one run, and this is " + trace::digits(all.runs.size()) +
                             ": leave out --sweep, --seeds, --alone and --shard"};
    std::vector<prepared> ready;
    for (const planned_run& each : all.runs) ready.push_back(prepare(each));

    std::vector<trace::race_run> done;
    {
        progress shown((all.runs.size() + o.shards - o.shard) / o.shards);
        for (std::size_t i = o.shard - 1; i < all.runs.size(); i += o.shards) {
            sim::race_settings how = ready[i].how;
            how.capture = !o.pcap.empty();
            if (!o.report.empty()) how.wire_log = std::min<duration>(how.time, 25 * how.rtt + 100ms);
            shown.begin_run();
            const sim::race_report report = sim::race(ready[i].who, how, [&](instant now) { shown.look(now, how.time); });
            if (report.failure != error::none) {
                std::fprintf(stderr, "race: a flow has failed: %s\n", text(report.failure));
                return 1;
            }
            done.push_back(trace::rounded(trace::race_run{.race = all.race,
                                                          .number = i,
                                                          .runs = all.runs.size(),
                                                          .point = all.runs[i].point,
                                                          .seed = all.runs[i].seed,
                                                          .result = report}));
            if (!save(o.report, o.report.empty() ? "" : page(done.back(), report.series)) ||
                !save(o.svg, trace::race_windows(report.series)) || !save(o.pcap, report.packets.bytes()))
                return 1;
        }
    }
    print_runs(done, o.shards > 1 ? print::json : o.as);
    return 0;
}

}  // namespace

}  // namespace race

int main(int count, char** words) {
    try {
        const race::options o = race::read_options(count, words);
        if (o.helps) return std::fputs(race::help().c_str(), stdout), 0;
        if (o.lists) {
            for (const race::policy& each : race::policies)
                std::printf("%-14s%s\n", std::string(each.name).c_str(), std::string(each.what).c_str());
            return 0;
        }
        if (o.merges) return race::print_runs(race::merged(o.files), o.as), 0;
        return race::run(o);
    } catch (const race::wrong_argument& wrong) {
        std::fprintf(stderr, "race: %s\n", wrong.what.c_str());
        return 2;
    }
}
