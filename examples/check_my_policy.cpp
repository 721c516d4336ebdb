// SPDX-License-Identifier: MIT
// Is a congestion policy fit for a network that others use, too? The conformance kit tries it rule by rule.
// g++ -std=c++20 -O2 -Iinclude examples/check_my_policy.cpp -o check_my_policy && ./check_my_policy
#include <sluice/testing/conformance.hpp>

#include <cstdio>

#include "my_cc.hpp"
#include "usage.hpp"

using namespace sluice;

// Comes down by a fifth, up by two segments a round trip; and grows on whatever is acknowledged, used or not.
struct bold {
    using slot = congestion_slot;
    std::uint32_t cwnd = 0, mss = 0, acked = 0;

    std::uint32_t window() const { return cwnd; }
    void on_start(const start_report& r) { mss = r.mss, cwnd = 10 * mss; }
    void on_ack(const ack_report& r) {
        if (r.in_recovery || (acked += r.newly_acked) < cwnd) return;
        acked = 0, cwnd += 2 * mss;
    }
    void on_congestion(const congestion_report& r) { cwnd = std::max(r.flight / 5 * 4, 2 * mss); }
    void on_rto(const rto_report&) { cwnd = mss; }
};

// The same, but it grows only where its window is what limits.
struct fair : bold {
    void on_ack(const ack_report& r) {
        if (r.cwnd_limited) bold::on_ack(r);
    }
};

int main(int argc, char** argv) {
    words_for(argc, argv,
              "check_my_policy\n"
              "Holds policies against the conformance kit. There is nothing to choose but in its source.\n");
    const auto first = testing::check_congestion<bold>(), second = testing::check_congestion<fair>();
    std::printf("bold: %s\nfair: %s", to_text(first).c_str(), to_text(second).c_str());
    const std::vector<std::string_view> expected{testing::congestion_rules::application};
    return first.broken() == expected && second.passed() && testing::check_congestion<my_cc>().passed() ? 0 : 1;
}
