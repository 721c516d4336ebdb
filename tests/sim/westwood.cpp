// SPDX-License-Identifier: MIT
//
// Westwood+ over a link that loses one packet in a hundred by mere chance: reno is bound by Mathis' formula, who
// measures what arrives is not. Every event audited.
#include <doctest/doctest.h>

#include <cmath>

#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/congestion/westwood.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

template <class Congestion>
sim::transfer_report over_a_lossy_link() {
    auto r = audited::transfer<tcp<testing::gate_audit, Congestion>>(
        {.rate = 20'000'000, .delay = 25ms, .queue = 100, .loss = 0.01, .octets = 20'000'000, .record = false});
    CHECK(r.complete);
    CHECK(r.recoveries > 50);
    return r;
}

}  // namespace

TEST_CASE("losses by chance cost westwood little: more than twice what reno gets") {
    const auto measuring = over_a_lossy_link<westwood>();
    const auto halving = over_a_lossy_link<reno>();  // the control
    const double mathis = 1460 * 8 / 0.05 * 1.31 / std::sqrt(0.01);  // for random loss
    CHECK(halving.goodput == doctest::Approx(mathis).epsilon(0.3));
    CHECK(measuring.goodput > 2 * halving.goodput);
}
