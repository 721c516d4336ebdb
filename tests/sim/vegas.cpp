// SPDX-License-Identifier: MIT
//
// Vegas over a bottleneck with a deep queue: between alpha and beta segments wait in it. The control is reno, which
// fills what there is. Every event audited.
#include <doctest/doctest.h>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/congestion/vegas.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

/// 10 Mbit/s: a packet of 1500 octets takes 1.2 ms.
template <class Congestion>
sim::transfer_report through_a_deep_queue() {
    auto r = audited::transfer<tcp<testing::gate_audit, Congestion, every_segment>>(
        {.rate = 10'000'000, .delay = 20ms, .queue = 200, .octets = 25'000'000, .record = false});
    CHECK(r.complete);
    return r;
}

}  // namespace

TEST_CASE("vegas keeps two to four segments waiting, loses nothing, and fills the link") {
    const auto r = through_a_deep_queue<vegas>();
    CHECK(r.mean_queueing >= 2 * 1200us);
    CHECK(r.mean_queueing <= 4 * 1200us);
    CHECK(r.retransmitted == 0);
    CHECK(r.goodput > 0.95 * 10e6 * 1460 / 1500);
}

TEST_CASE("control: reno fills the queue, and half of it is the least that waits behind its first loss") {
    const auto r = through_a_deep_queue<reno>();
    CHECK(r.mean_queueing > 50 * 1200us);
    CHECK(r.retransmitted > 0);
}
