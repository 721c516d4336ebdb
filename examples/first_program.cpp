// SPDX-License-Identifier: MIT
// A first program: a congestion policy of one's own, put into a TCP, and one transfer over a simulated link.
// g++ -std=c++20 -O2 -Iinclude examples/first_program.cpp -o first_program && ./first_program
#include <sluice/sluice.hpp>

#include <cstdio>

using namespace sluice;

// Grows by one segment a round trip and gives up a third of the window when a loss is found.
struct mine {
    using slot = congestion_slot;
    std::uint32_t cwnd = 0, mss = 0, acked = 0;

    std::uint32_t window() const { return cwnd; }
    void on_start(const start_report& r) { mss = r.mss, cwnd = 10 * mss; }
    void on_ack(const ack_report& r) {
        if (r.in_recovery || !r.cwnd_limited || (acked += r.newly_acked) < cwnd) return;
        acked = 0, cwnd += mss;
    }
    void on_congestion(const congestion_report& r) { cwnd = std::max(r.flight * 2 / 3, 2 * mss); }
    void on_rto(const rto_report&) { cwnd = mss; }
};

using my_tcp = sluice::tcp<mine>;

int main() {
    const auto report =
        sim::transfer<my_tcp>({.rate = 10'000'000, .delay = 20ms, .loss = 0.001, .octets = 4 << 20, .seed = 7});
    std::printf("goodput %.2f Mbit/s in %.2f s, %llu segments, %llu of them sent again\n", report.goodput / 1e6,
                std::chrono::duration<double>(report.time).count(), static_cast<unsigned long long>(report.segments),
                static_cast<unsigned long long>(report.retransmitted));
    return report.complete && report.goodput > 1e6 ? 0 : 1;
}
