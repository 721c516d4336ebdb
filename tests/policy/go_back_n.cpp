// SPDX-License-Identifier: MIT
// policy/recovery/go_back_n.hpp: ACKs tell it nothing, a timeout tells it that everything is lost.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>

namespace {

using namespace sluice;

static_assert(recovery_policy<go_back_n>);
static_assert(hook::absent<go_back_n, hook::quota> && hook::absent<go_back_n, hook::in_recovery>);

}  // namespace

TEST_CASE("no number of duplicate ACKs makes go_back_n send anything again, and one timeout all of it") {
    go_back_n recovery;
    in_flight<std::array<in_flight_record, 8>> flight;
    for (std::uint32_t i = 0; i < 5; ++i) flight.send(seq(10 * i), seq(10 * i + 10), instant(1ms * i), true);
    for (int i = 0; i < 10; ++i) {
        const auto step =
            recovery.on_ack({.ack = seq(0), .nxt = seq(50), .mss = 10, .target = 100, .duplicate = true}, flight);
        CHECK_FALSE(step.entered);
        CHECK_FALSE(step.retransmit_now);
    }
    CHECK(flight.pipe() == 50);
    recovery.on_timeout({.nxt = seq(50)}, flight);
    CHECK(flight.pipe() == 0);
    CHECK(flight[flight.next_lost()].begin == seq(0));
    CHECK(recovery.after_timeout());
    recovery.on_ack({.ack = seq(49), .nxt = seq(50), .newly_acked = 49, .mss = 10, .target = 100}, flight);
    CHECK(recovery.after_timeout());
    recovery.on_ack({.ack = seq(50), .nxt = seq(50), .newly_acked = 1, .mss = 10, .target = 100}, flight);
    CHECK_FALSE(recovery.after_timeout());
}
