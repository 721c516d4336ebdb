// SPDX-License-Identifier: MIT
// Runs as lines of text, there and back, and the table that people read.
#include <doctest/doctest.h>

#include <algorithm>

#include <sluice/trace/race_plots.hpp>
#include <sluice/trace/race_run.hpp>
#include <sluice/trace/race_table.hpp>

#include "xml_check.hpp"

using namespace sluice;
using namespace sluice::trace;

namespace {

race_run a_run(std::uint64_t number = 0, double faster = 0, std::string point = "") {
    return rounded(race_run{
        .race = "reno \"x\" --rate 100M",
        .number = number,
        .runs = 4,
        .point = std::move(point),
        .seed = 7 + number,
        .result = {.flows = {{"reno", 24e6 + faster, 0.25, 51.2345678, 12, 13, 0}, {"cubic", 72e6, 0.75, 50, 3, 4, 5}},
                   .jain = 0.8,
                   .utilisation = 0.98765432,
                   .queue_mean_ms = 10.1,
                   .queue_p95_ms = 20.2,
                   .losses = 17,
                   .marks = 5}});
}

/// Two flows at three instants, the second of which has not begun at the first.
race_series a_series() {
    race_series s;
    s.at = {instant(0s), instant(5s), instant(10s)};
    s.queue = {0ms, 20ms, 40ms};
    s.flows.resize(2);
    for (flow_series& flow : s.flows) {
        flow.policy = "reno";
        for (const instant at : s.at)
            flow.samples.push_back({.at = at, .cwnd = 10240, .ssthresh = 0, .pipe = 5120, .srtt = 50ms});
        flow.read = {0, 5'000'000, 15'000'000};
    }
    s.flows[1].samples[0].srtt = 0ms;
    return s;
}

}  // namespace

TEST_CASE("a run is an object in one line, with the members that the tool promises") {
    CHECK(to_json(a_run()) ==
          "{\"race\":\"reno \\\"x\\\" --rate 100M\",\"run\":0,\"runs\":4,\"point\":\"\",\"seed\":7,\"flows\":["
          "{\"policy\":\"reno\",\"goodput_bps\":24000000,\"share\":0.250000,\"rtt_ms\":51.235,\"retransmitted\":12,"
          "\"lost\":13,\"marked\":0},"
          "{\"policy\":\"cubic\",\"goodput_bps\":72000000,\"share\":0.750000,\"rtt_ms\":50.000,\"retransmitted\":3,"
          "\"lost\":4,\"marked\":5}],"
          "\"jain\":0.800000,\"utilisation\":0.987654,\"queue_mean_ms\":10.100,\"queue_p95_ms\":20.200,\"losses\":17,"
          "\"marks\":5}");
}

TEST_CASE("what is written is read again without a loss") {
    const std::string line = to_json(a_run(3, 0.6, "loss=1%"));
    const auto read = race_run_of(line);
    REQUIRE(read);
    CHECK(to_json(*read) == line);
    CHECK(read->point == "loss=1%");
    CHECK(read->result.flows[1].share == 0.75);
    CHECK(read->result.flows[0].goodput_bps == 24'000'001);  // rounded before
}

TEST_CASE("a line that lacks something is no run") {
    const std::string line = to_json(a_run());
    for (const char* name : {"race", "runs", "point", "flows", "jain", "goodput_bps", "marks", "policy"}) {
        std::string without = line;
        const std::size_t at = without.find('"' + std::string(name) + '"');
        without.replace(at + 1, 1, "X");
        CHECK_MESSAGE(!race_run_of(without), name);
    }
    CHECK(!race_run_of(""));
    CHECK(!race_run_of("[]"));
    CHECK(!race_run_of(line.substr(0, line.size() - 1)));
}

TEST_CASE("CSV has a line a flow, as wide as its head") {
    const std::string head = race_csv_header(), rows = to_csv(a_run(0, 0, "loss=1%"));
    CHECK(head == "run,point,seed,flow,policy,goodput_bps,share,rtt_ms,retransmitted,lost,marked,"
                  "jain,utilisation,queue_mean_ms,queue_p95_ms,losses,marks\n");
    CHECK(rows == "0,\"loss=1%\",7,1,reno,24000000,0.250000,51.235,12,13,0,0.800000,0.987654,10.100,20.200,17,5\n"
                  "0,\"loss=1%\",7,2,cubic,72000000,0.750000,50.000,3,4,5,0.800000,0.987654,10.100,20.200,17,5\n");
}

TEST_CASE("one run is a table of its numbers") {
    CHECK(race_table({a_run()}) ==
          "reno \"x\" --rate 100M\n"
          "\n"
          "flow   Mbit/s  share %  RTT ms  sent again  lost  marked\n"
          "reno   24.000    25.00   51.23          12    13       0\n"
          "cubic  72.000    75.00   50.00           3     4       5\n"
          "Jain 0.800, utilisation 98.77 %, queue 10.10 ms on average, 95 % within 20.20 ms\n");
    CHECK(race_table({}).empty());
}

// Of 24 and 26 the mean is 25, and half the interval 12.706 · 1.
TEST_CASE("runs that differ by their seeds become means with intervals, in whatever order they come") {
    std::vector<race_run> runs{a_run(0, 0, "loss=0"), a_run(1, 2e6, "loss=0"), a_run(2, 0, "loss=1%"),
                               a_run(3, 0, "loss=1%")};
    const std::string table = race_table(runs);
    CHECK(table.find("25.000 ± 12.706") != table.npos);
    CHECK(table.find("72.000 ± 0.000") != table.npos);
    CHECK(table.find("\nloss=0\n") < table.find("\nloss=1%\n"));
    CHECK(table.find("Jain 0.800 ± 0.000, utilisation 98.77 ± 0.00 %") != table.npos);
    std::reverse(runs.begin(), runs.end());
    CHECK(race_table(runs) == table);
    // Columns stand under each other, however many octets a character has.
    const std::size_t rows = table.find("flow");
    const auto width = [&](std::size_t begin) {
        const std::string row = table.substr(begin, table.find('\n', begin) - begin);
        return static_cast<std::ptrdiff_t>(row.size()) -
               std::count(row.begin(), row.end(), '\xC2');  // ± has two octets
    };
    CHECK(width(rows) == width(table.find('\n', rows) + 1));
}

TEST_CASE("flows of one policy are numbered, others are not") {
    std::vector<flow_result> flows(3);
    flows[0].policy = flows[2].policy = "cubic";
    flows[1].policy = "reno";
    CHECK(flow_names(flows) == std::vector<std::string>{"cubic 1", "reno", "cubic 2"});
}

TEST_CASE("each chart of a race is well-formed and names its flows; one that has not begun leaves a gap") {
    const race_series s = a_series();
    for (const std::string& text : {race_windows(s), race_pipes(s), race_round_trips(s), race_goodputs(s)}) {
        CHECK(xml::fault(text) == "");
        CHECK(xml::count(text, ">reno 1<") == 1);
        CHECK(xml::count(text, ">reno 2<") == 1);
    }
    CHECK(xml::fault(race_queue(s)) == "");
    const std::string windows = race_windows(s);
    CHECK(xml::vertices(xml::paths(windows, "stroke blue").at(1)).size() == 3);  // the first is the legend's
    CHECK(xml::vertices(xml::paths(windows, "stroke orange").at(1)).size() == 2);
}

// 5 MB in 5 s are 8 Mbit/s, and 10 MB in the next 5 s 16; the axis ends at 20.
TEST_CASE("a goodput is what was read since the look before") {
    const auto line = xml::vertices(xml::paths(race_goodputs(a_series()), "stroke blue").at(1));
    REQUIRE(line.size() == 2);
    const double bottom = 96 + 320;
    CHECK(bottom - line[0].y == doctest::Approx(320.0 * 8 / 20).epsilon(0.01));
    CHECK(bottom - line[1].y == doctest::Approx(320.0 * 16 / 20).epsilon(0.01));
}
