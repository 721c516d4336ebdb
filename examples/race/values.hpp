// SPDX-License-Identifier: MIT
// The values of race's options: a rate, a time, a probability, a buffer as people write them. What can't be read as one
// is a wrong_argument that shows how it is written.
#pragma once

#include <sluice/sim/race.hpp>
#include <sluice/sluice.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace race {

/// A line for the user; the program ends with status 2.
struct wrong_argument {
    std::string what;
};

/// Each names the option for which it reads.
std::uint64_t read_rate(std::string_view option, std::string_view text);                    // 100M, 1.5G, 9600k
sluice::duration read_duration(std::string_view option, std::string_view text);             // 40ms, 1.5s, 250us
sluice::sim::probability read_probability(std::string_view option, std::string_view text);  // 0.1%, 0.001
sluice::sim::buffer_size read_buffer(std::string_view option, std::string_view text);       // 1bdp, 100p, 64kB, 20ms
std::uint64_t read_count(std::string_view option, std::string_view text, std::uint64_t least, std::uint64_t most);

sluice::sim::rate_trace read_trace(std::string_view option, const std::string& file);
/// droptail, red, codel, fq_codel, step, step:20. What the name leaves open depends on rate and buffer.
sluice::sim::discipline_settings read_queue(std::string_view option, const std::string& text,
                                            const sluice::sim::race_settings& path);

std::vector<std::string> split_at(char separator, std::string_view text);
std::string joined(const std::vector<std::string>& words, std::string_view between = ", ");

}  // namespace race
