// SPDX-License-Identifier: MIT
//
// The mean of several numbers, and how far the true one may be from it (Student's t). Knows not what they measure.
// Apart from fairness.hpp because it takes square roots.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace sluice::trace {

/// The two-sided 95 % quantile of Student's t. Between the rows of the table the larger one holds, so that an interval
/// is never too narrow.
inline double student_t_95(std::size_t degrees_of_freedom) {
    // clang-format off
    static constexpr std::array<double, 30> one_to_thirty{
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
         2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    // clang-format on
    if (degrees_of_freedom == 0) return 0;
    if (degrees_of_freedom <= one_to_thirty.size()) return one_to_thirty[degrees_of_freedom - 1];
    return degrees_of_freedom < 40 ? 2.042 : degrees_of_freedom < 60 ? 2.021 : degrees_of_freedom < 120 ? 2.000 : 1.980;
}

/// The mean of a sample, and the half of its 95 % confidence interval, which one number alone does not have.
struct estimate {
    double mean = 0;
    double margin = 0;
    std::size_t count = 0;
};

inline estimate estimate_of(std::span<const double> sample) {
    estimate out{.count = sample.size()};
    if (sample.empty()) return out;
    const auto n = static_cast<double>(sample.size());
    for (const double each : sample) out.mean += each / n;
    if (sample.size() == 1) return out;
    double squares = 0;
    for (const double each : sample) squares += (each - out.mean) * (each - out.mean);
    out.margin = student_t_95(sample.size() - 1) * std::sqrt(squares / (n - 1) / n);
    return out;
}

}  // namespace sluice::trace
