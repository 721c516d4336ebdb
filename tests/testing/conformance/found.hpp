// SPDX-License-Identifier: MIT
// What a report of the conformance kit must say of our own policies, and of those that are planted.
#pragma once

#include <doctest/doctest.h>

#include <sluice/testing/conformance/report.hpp>

namespace conformance {

using names = std::vector<std::string_view>;

inline void check_clean(const sluice::testing::conformance_report& report, std::size_t skipped) {
    CHECK_MESSAGE(report.passed(), sluice::testing::to_text(report));
    CHECK_MESSAGE(report.skipped().size() == skipped, sluice::testing::to_text(report));
}
/// It breaks this one, and no other.
inline void check_found(const sluice::testing::conformance_report& report, std::string_view rule) {
    CHECK_MESSAGE(report.broken() == names{rule}, sluice::testing::to_text(report));
}

}  // namespace conformance
