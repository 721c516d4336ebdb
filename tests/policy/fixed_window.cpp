// SPDX-License-Identifier: MIT
// policy/congestion/fixed_window.hpp and no_congestion_control.hpp: nothing moves them, and they take no more than they
// need.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>

namespace {

using namespace sluice;

static_assert(congestion_policy<fixed_window> && congestion_policy<no_congestion_control>);
static_assert(sizeof(fixed_window) == 4 && std::is_empty_v<no_congestion_control>);
// No hook: nothing that happens reaches them.
static_assert(hook::absent<fixed_window, hook::on_ack> && hook::absent<fixed_window, hook::on_congestion> &&
              hook::absent<fixed_window, hook::on_rto> && hook::absent<fixed_window, hook::on_start>);
static_assert(hook::absent<no_congestion_control, hook::on_ack> && hook::absent<no_congestion_control, hook::on_rto>);

}  // namespace

TEST_CASE("a fixed window is its setting") {
    CHECK(fixed_window{}.window() == 65535);
    CHECK(fixed_window{.octets = 3000}.window() == 3000);
}

TEST_CASE("without congestion control the window is the largest there is") {
    CHECK(no_congestion_control{}.window() == 1u << 30);
}
