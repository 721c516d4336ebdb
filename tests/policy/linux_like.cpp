// SPDX-License-Identifier: MIT
// policy/rtt/linux_like.hpp: RTO = SRTT + max(4 RTTVAR, 200 ms), on the SRTT and RTTVAR of RFC 6298.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/rtt/linux_like.hpp>

namespace {

using namespace sluice;

static_assert(rtt_policy<linux_like>);

}  // namespace

TEST_CASE("the floor stands under the variance, so that the timeout never comes closer than 200 ms to the round trip") {
    linux_like e;
    CHECK(e.rto() == 1s);
    CHECK_FALSE(e.srtt().has_value());
    for (int n = 0; n < 30; ++n) {
        e.on_sample(100ms);  // 4 RTTVAR is 200 ms, then less and less
        CHECK(e.rto() == 300ms);
    }
    CHECK(e.srtt() == 100ms);
}

TEST_CASE("a variance above the floor counts as in RFC 6298") {
    linux_like e;
    for (const auto& [sample, rto] :
         {std::pair<duration, duration>{100ms, 300ms}, {100ms, 300ms}, {300ms, 437500us}, {300ms, 556250us}}) {
        e.on_sample(sample);
        CHECK(e.rto() == rto);
    }
    linux_like slow;
    for (const auto& [sample, rto] :
         {std::pair<duration, duration>{2000ms, 6000ms}, {2000ms, 5000ms}, {1000ms, 5125ms}}) {
        slow.on_sample(sample);
        CHECK(slow.rto() == rto);
    }
}

TEST_CASE("the Linux-like timeout doubles up to its cap, and a sample takes it back") {
    linux_like e;
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 120s, 120s}) {
        CHECK(e.rto() == expected);
        e.on_timeout();
    }
    e.on_sample(10ms);
    CHECK(e.rto() == 210ms);
    e.on_sample(1000s);
    CHECK(e.rto() == 120s);
}

TEST_CASE("after a SYN that timed out without a sample the timeout is 3 s (RFC 6298 section 5.7)") {
    linux_like lost, kept;
    lost.on_timeout();
    lost.on_established(true);
    CHECK(lost.rto() == 3s);
    kept.on_sample(100ms);
    kept.on_established(true);
    CHECK(kept.rto() == 300ms);
}
