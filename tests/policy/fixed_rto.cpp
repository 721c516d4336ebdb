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

TEST_CASE("a fixed timeout is a millisecond at least, and backs off from there") {
    for (const duration value : {duration(0), duration(-1s), duration(1us)}) {
        fixed_rto e{.value = value};
        for (const auto expected : {1ms, 2ms, 4ms, 8ms}) {
            CHECK(e.rto() == expected);
            e.on_timeout();
        }
    }
    fixed_rto bounded{.value = 0s, .cap = 0s};
    bounded.on_timeout();
    CHECK(bounded.rto() == 1ms);
}
