// SPDX-License-Identifier: MIT
// Jain's index by its closed forms.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/trace/fairness.hpp>

using sluice::trace::jain;

TEST_CASE("Jain's index of two, of one among many, and of those who have nothing") {
    const auto of = [](std::vector<double> shares) { return jain(shares); };
    CHECK(of({5, 5}) == 1);
    CHECK(of({2, 1}) == doctest::Approx(0.9));
    CHECK(of({3, 1}) == doctest::Approx(0.8));
    CHECK(of({9, 1}) == doctest::Approx(0.6098).epsilon(0.0001));
    CHECK(of({1, 1, 1, 0}) == doctest::Approx(0.75));
    CHECK(of({10, 1, 1, 1, 1, 1, 1, 1, 1, 1}) == doctest::Approx(0.331).epsilon(0.001));
    CHECK(of({1e9, 0, 0, 0}) == doctest::Approx(0.25));
    CHECK(of({0, 0}) == 1);
    CHECK(of({}) == 1);
    CHECK(of({7}) == 1);
}
