// SPDX-License-Identifier: MIT
// A congestion policy of one's own, raced against reno over a link that now and then loses a packet by mere chance.
// g++ -std=c++20 -O2 -Iinclude examples/my_first_policy.cpp -o my_first_policy && ./my_first_policy
#include <sluice/sluice.hpp>

#include <cstdio>

using namespace sluice;

// Where reno gives up half of its window, this gives up a fifth, and comes back twice as fast.
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
    void on_rto(const rto_report&) { cwnd = 2 * mss; }
};

template <class Tcp>
double race(const char* name) {
    const auto report = sim::transfer<Tcp>({.rate = 20'000'000, .delay = 25ms, .loss = 0.002, .octets = 8 << 20});
    std::printf("%-5s %6.2f Mbit/s  %6.2f s  %llu of %llu segments sent again\n", name, report.goodput / 1e6,
                std::chrono::duration<double>(report.time).count(),
                static_cast<unsigned long long>(report.retransmitted),
                static_cast<unsigned long long>(report.segments));
    return report.complete ? report.goodput : 0;
}

int main() {
    const double standard = race<tcp<reno>>("reno"), mine = race<tcp<bold>>("bold");
    return standard > 0 && mine > standard ? 0 : 1;
}
