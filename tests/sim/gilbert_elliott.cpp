// SPDX-License-Identifier: MIT
// Losses in bursts against the closed forms of the chain: pi_bad = p / (p + r), bad packets in a row 1 / r on average.
#include <doctest/doctest.h>

#include <cmath>

#include <sluice/sim/gilbert_elliott.hpp>

using namespace sluice;

namespace {

constexpr int packets = 200'000;

struct seen {
    double rate;        // losses a packet
    double mean_burst;  // losses in a row
};

template <class Loses>
seen watch(Loses loses) {
    int lost = 0, bursts = 0;
    bool was_lost = false;
    for (int i = 0; i < packets; ++i) {
        const bool is_lost = loses();
        lost += is_lost ? 1 : 0;
        bursts += is_lost && !was_lost ? 1 : 0;
        was_lost = is_lost;
    }
    return {static_cast<double>(lost) / packets, bursts == 0 ? 0 : static_cast<double>(lost) / bursts};
}
seen watch(const sim::gilbert_elliott& settings, std::uint64_t from = 1) {
    sim::bursty_loss loss(settings, seeded_random(from));
    return watch([&] { return loss.happens(); });
}

}  // namespace

// Tolerances are five standard deviations. Of the rate: sqrt(pi (1 - pi) / n * (1 + c) / (1 - c)), with the correlation
// c = 1 - p - r from packet to packet. Of the mean burst, geometric: sqrt(1 - r) / r / sqrt(n pi r).
TEST_CASE("the long-run loss rate and the mean burst are the chain's, and plain loss of that rate has no such bursts") {
    for (const auto& [p, r] : {std::pair{0.01, 0.25}, {0.002, 0.1}, {0.05, 0.5}}) {
        const double pi = p / (p + r), c = 1 - p - r;
        const double rate_tolerance = 5 * std::sqrt(pi * (1 - pi) / packets * (1 + c) / (1 - c));
        const double burst_tolerance = 5 * std::sqrt(1 - r) / r / std::sqrt(packets * pi * r);
        CAPTURE(pi);
        const seen s = watch({.to_bad = p, .to_good = r});
        CHECK(std::abs(s.rate - pi) < rate_tolerance);
        CHECK(std::abs(s.mean_burst - 1 / r) < burst_tolerance);

        // The control.
        seeded_random random(1);
        const seen plain = watch([&] { return sim::probability(pi).happens(random); });
        CHECK(std::abs(plain.rate - pi) < rate_tolerance);
        CHECK(std::abs(plain.mean_burst - 1 / r) > burst_tolerance);
    }
}

TEST_CASE("each state loses at its own rate: the long run is their mean, weighted by the chain") {
    const double p = 0.02, r = 0.08, good = 0.1, bad = 0.5;
    const double pi = p / (p + r);
    const seen s = watch({.to_bad = p, .to_good = r, .loss_in_good = good, .loss_in_bad = bad});
    // 0.8 * 0.1 + 0.2 * 0.5 = 0.18. The chain's deviation, times the difference of the rates, and the draws' own.
    const double expected = (1 - pi) * good + pi * bad, c = 1 - p - r;
    const double deviation = std::sqrt(pi * (1 - pi) / packets * (1 + c) / (1 - c)) * (bad - good) +
                             std::sqrt(expected * (1 - expected) / packets);
    CHECK(std::abs(s.rate - expected) < 5 * deviation);
}

TEST_CASE("a chain as it stands loses nothing; one that alternates loses every second packet, the first one not") {
    CHECK(watch(sim::gilbert_elliott{}).rate == 0);
    sim::bursty_loss alternating({.to_bad = 1}, seeded_random(1));
    for (int i = 0; i < 10; ++i) CHECK(alternating.happens() == (i % 2 == 1));
    sim::bursty_loss lasting({.to_bad = 1, .to_good = 0}, seeded_random(1));
    for (int i = 0; i < 10; ++i) CHECK(lasting.happens() == (i > 0));
}

TEST_CASE("another seed, other bursts; the same seed, the same") {
    const sim::gilbert_elliott s{.to_bad = 0.01, .to_good = 0.25};
    CHECK(watch(s, 1).rate == watch(s, 1).rate);
    CHECK(watch(s, 1).rate != watch(s, 2).rate);
}
