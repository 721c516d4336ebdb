// SPDX-License-Identifier: MIT
// Means and their intervals by hand: t(4) = 2.776, and the standard deviation of 1 … 5 is sqrt(2.5).
#include <doctest/doctest.h>

#include <vector>

#include <sluice/trace/statistics.hpp>

using namespace sluice::trace;

TEST_CASE("a mean with its 95 % interval") {
    const std::vector<double> five{1, 2, 3, 4, 5};
    CHECK(estimate_of(five).mean == doctest::Approx(3));
    CHECK(estimate_of(five).margin == doctest::Approx(2.776 * std::sqrt(2.5 / 5)));
    CHECK(estimate_of(five).count == 5);
    const std::vector<double> two{0, 2};
    CHECK(estimate_of(two).margin == doctest::Approx(12.706));
    const std::vector<double> alike(20, 7.5);
    CHECK(estimate_of(alike).mean == doctest::Approx(7.5));
    CHECK(estimate_of(alike).margin == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("one number has no interval, and none has no mean") {
    const std::vector<double> one{4};
    CHECK(estimate_of(one).mean == 4);
    CHECK(estimate_of(one).margin == 0);
    CHECK(estimate_of({}).count == 0);
    CHECK(estimate_of({}).mean == 0);
}

TEST_CASE("Student's t falls with every degree of freedom, and is never below the true value between the rows") {
    CHECK(student_t_95(1) == 12.706);
    CHECK(student_t_95(2) == 4.303);
    CHECK(student_t_95(9) == 2.262);
    CHECK(student_t_95(19) == 2.093);
    CHECK(student_t_95(30) == 2.042);
    CHECK(student_t_95(39) == 2.042);
    CHECK(student_t_95(40) == 2.021);
    CHECK(student_t_95(60) == 2.000);
    CHECK(student_t_95(120) == 1.980);
    CHECK(student_t_95(1'000'000) == 1.980);  // 1.960
    for (std::size_t n = 1; n < 200; ++n) CHECK(student_t_95(n) >= student_t_95(n + 1));
}
