// SPDX-License-Identifier: MIT
// race's command line: which options there are, and what was said.
#pragma once

#include "values.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace race {

/// What one run is made of, as text: one a policy, and a value for each option of the path. A sweep replaces values.
struct choice {
    std::vector<std::string> policies;
    std::vector<std::pair<std::string, std::string>> values;  // "--rate", "100M"; with defaults, in the order of --help

    const std::string& value(std::string_view option) const;
    std::string& value(std::string_view option);
    /// As one would type it.
    std::string text() const;
};

enum class print : unsigned char { table, json, csv };

struct options {
    choice what;
    std::vector<std::string> sweeps;  // "loss=0,1%"
    bool is_alone = false, lists = false, helps = false, merges = false;
    print as = print::table;
    std::string report, svg, pcap;  // files; empty: none
    std::uint64_t shard = 1, shards = 1;
    std::vector<std::string> files;  // to merge
};

/// Throws wrong_argument.
options read_options(int count, char** words);
std::string help();

}  // namespace race
