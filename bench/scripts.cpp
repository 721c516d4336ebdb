// SPDX-License-Identifier: MIT
// How long does a packet script take, one core? All of ours, read and run one after the other, each of which has to
// pass; and the same without running, which is what the parser takes.
#include "timing.hpp"

#include <sluice/sluice.hpp>
#include <sluice/testing/packet_script.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

int main() {
    using namespace sluice::testing;
    std::vector<std::string> texts;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(SLUICE_SCRIPTS)) {
        if (entry.path().extension() != ".pkt") continue;
        std::ifstream file(entry.path());
        texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    bench::require(texts.size() >= 200, "the number of scripts");
    std::size_t i = 0;
    const auto next = [&]() -> const std::string& { return texts[i++ % texts.size()]; };
    const auto [run, parse] = bench::race(
        [&](std::size_t units) {
            for (; units > 0; --units)
                bench::require(run_script<sluice::tcp<>>(next(), "script").verdict == script::verdict::passed,
                               "a script");
        },
        [&](std::size_t units) {
            for (; units > 0; --units) bench::require(!script::parse(next()).error, "what was parsed");
        });
    std::printf("a script of ours, mean of %zu: read and run %.0f us, %.0f a minute; only read %.1f us\n", texts.size(),
                run.ns / 1e3, 60e9 / run.ns, parse.ns / 1e3);
}
