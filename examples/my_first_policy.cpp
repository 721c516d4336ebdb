// SPDX-License-Identifier: MIT
// A congestion policy of one's own, raced against reno over a link that now and then loses a packet by mere chance.
// g++ -std=c++20 -O2 -Iinclude examples/my_first_policy.cpp -o my_first_policy && ./my_first_policy
#include "my_cc.hpp"

#include <cstdio>

#include "usage.hpp"

using namespace sluice;

template <class Tcp>
double race(const char* name) {
    const auto report = sim::transfer<Tcp>({.rate = 20'000'000, .delay = 25ms, .loss = 0.002, .octets = 8 << 20});
    std::printf("%-5s %6.2f Mbit/s  %6.2f s  %llu of %llu segments sent again\n", name, report.goodput / 1e6,
                std::chrono::duration<double>(report.time).count(),
                static_cast<unsigned long long>(report.retransmitted),
                static_cast<unsigned long long>(report.segments));
    return report.complete ? report.goodput : 0;
}

int main(int argc, char** argv) {
    words_for(argc, argv,
              "my_first_policy\n"
              "Races my_cc.hpp against reno. There is nothing to choose but in its source; race has options.\n");
    const double standard = race<tcp<reno>>("reno"), mine = race<tcp<my_cc>>("my_cc");
    return standard > 0 && mine > standard ? 0 : 1;
}
