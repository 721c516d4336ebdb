// SPDX-License-Identifier: MIT
// policy/rtt/fixed_rto.hpp: no sample changes the timeout, and it still backs off, which RFC 6298 section 5.5 makes a
// MUST.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>

namespace {

using namespace sluice;

static_assert(rtt_policy<fixed_rto> && hook::absent<fixed_rto, hook::srtt>);

}  // namespace

TEST_CASE("a fixed timeout is its setting, whatever the samples are") {
    fixed_rto e{.value = 250ms};
    for (const duration sample : {duration(1ms), duration(10s), duration(0)}) {
        CHECK(e.rto() == 250ms);
        e.on_sample(sample);
    }
}

TEST_CASE("a fixed timeout backs off until a sample comes, up to its cap") {
    fixed_rto e{.cap = 60s};
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        CHECK(e.rto() == expected);
        e.on_timeout();
    }
    e.on_sample(5ms);
    CHECK(e.rto() == 1s);
}
