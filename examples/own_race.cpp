// SPDX-License-Identifier: MIT
// A race in a program of one's own: my_cc against two flows of cubic, over a path that loses nothing by chance.
// g++ -std=c++20 -O2 -Iinclude examples/own_race.cpp -o own_race && ./own_race
#include "my_cc.hpp"

#include <cstdio>

#include "usage.hpp"

using namespace sluice;

int main(int argc, char** argv) {
    words_for(argc, argv,
              "own_race\n"
              "Races my_cc.hpp against cubic. There is nothing to choose but in its source; race has options.\n");
    const auto report =
        sim::race({sim::enter<tcp<my_cc, rack_tlp>>("my_cc"), sim::enter<tcp<cubic, rack_tlp>>("cubic", {.flows = 2})},
                  {.rate = 50'000'000, .rtt = 20ms, .buffer = sim::buffer_size::bdp(1), .time = 30s});
    for (const auto& flow : report.flows)
        std::printf("%-6s %6.2f Mbit/s  %5.2f ms\n", flow.policy.c_str(), flow.goodput_bps / 1e6, flow.rtt_ms);
    std::printf("Jain %.3f, utilisation %.1f %%, queue %.1f ms, 95 %% within %.1f ms\n", report.jain,
                100 * report.utilisation, report.queue_mean_ms, report.queue_p95_ms);
    return report.utilisation > 0.95 && report.jain > 0.5 ? 0 : 1;
}
