// SPDX-License-Identifier: MIT
// Files of JSON lines, put together.
#include "merge.hpp"

#include <algorithm>
#include <fstream>

namespace race {

using namespace sluice;

std::vector<trace::race_run> merged(const std::vector<std::string>& files) {
    std::vector<trace::race_run> runs;
    for (const std::string& file : files) {
        std::ifstream in(file);
        if (!in) throw wrong_argument{"--merge: " + file + " can't be read"};
        std::size_t number = 0;
        for (std::string line; std::getline(in, line);) {
            ++number;
            const auto run = trace::race_run_of(line);
            if (!run)
                throw wrong_argument{"--merge: " + file + ", line " + trace::digits(number) +
                                     ": not an object of race --json"};
            runs.push_back(*run);
        }
    }
    if (runs.empty()) throw wrong_argument{"--merge: there is no run in " + joined(files)};
    std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (runs[i].race != runs[0].race || runs[i].runs != runs[0].runs)
            throw wrong_argument{"--merge: these are runs of different races: " + runs[0].race + "; " + runs[i].race};
        if (i > 0 && runs[i].number == runs[i - 1].number)
            throw wrong_argument{"--merge: run " + trace::digits(runs[i].number + 1) + " is there twice"};
        if (runs[i].number != i) throw wrong_argument{"--merge: run " + trace::digits(i + 1) + " is missing"};
    }
    if (runs.size() != runs[0].runs)
        throw wrong_argument{"--merge: run " + trace::digits(runs.size() + 1) + " is missing"};
    return runs;
}

}  // namespace race
