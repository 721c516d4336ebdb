// SPDX-License-Identifier: MIT
// Counted durations against the same ones, sorted.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/base/random.hpp>
#include <sluice/sim/duration_histogram.hpp>

using namespace sluice;

TEST_CASE("of nothing mean and percentiles are nothing") {
    CHECK(sim::duration_histogram().mean() == 0ns);
    CHECK(sim::duration_histogram().percentile(95) == 0ns);
}

TEST_CASE("short durations are exact, and a percentile is the nearest rank") {
    sim::duration_histogram all;
    for (const int wait : {20, 1, 19, 2, 18, 3, 17, 4, 16, 5, 15, 6, 14, 7, 13, 8, 12, 9, 11, 10}) all.add(wait * 1ns);
    CHECK(all.count() == 20);
    CHECK(all.mean() == 10ns);
    CHECK(all.percentile(95) == 19ns);
    CHECK(all.percentile(50) == 10ns);
    CHECK(all.percentile(51) == 11ns);
    CHECK(all.percentile(100) == 20ns);
    CHECK(all.percentile(0) == 1ns);
    CHECK(all.longest() == 20ns);
}

TEST_CASE("a percentile is never below the true one, nor more than 1/256 above it, whatever the size") {
    seeded_random random(1);
    for (const unsigned bits : {9u, 10u, 20u, 33u, 50u}) {
        sim::duration_histogram all;
        std::vector<std::int64_t> sorted;
        for (int i = 0; i < 5000; ++i) {
            sorted.push_back(static_cast<std::int64_t>(random.below(std::uint64_t{1} << bits)));
            all.add(duration(sorted.back()));
        }
        std::sort(sorted.begin(), sorted.end());
        for (const unsigned percent : {1u, 50u, 95u, 99u, 100u}) {
            const std::int64_t truth = sorted[5000 * percent / 100 - 1], told = all.percentile(percent).count();
            CAPTURE(bits);
            CAPTURE(percent);
            CHECK(told >= truth);
            CHECK(told - truth <= truth / 256);
        }
    }
}

TEST_CASE("each power of two and its neighbours lie within 1/256 above themselves") {
    for (unsigned bits = 0; bits < 62; ++bits)
        for (const std::int64_t off : {-1, 0, 1}) {
            const std::int64_t length = std::max<std::int64_t>((std::int64_t{1} << bits) + off, 0);
            sim::duration_histogram one;
            one.add(duration(length));
            CHECK(one.percentile(100) == duration(length));  // none is longer than the longest
            one.add(duration::max());                        // so that the longest does not answer for it
            CHECK(one.percentile(50).count() >= length);
            CHECK(one.percentile(50).count() - length <= length / 256);
        }
}
