// SPDX-License-Identifier: MIT
// policy/ack/delayed_ack.hpp and every_segment.hpp: when RFC 9293 section 3.8.6.3 and RFC 5681 section 4.2 want an ACK.
#include <doctest/doctest.h>

#include <sluice/policy/ack/delayed_ack.hpp>
#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/concepts.hpp>

namespace {

using namespace sluice;

static_assert(ack_policy<delayed_ack> && ack_policy<every_segment>);
static_assert(std::is_empty_v<every_segment> && hook::absent<every_segment, hook::on_ack_sent>);

constexpr instant now(10s);
constexpr std::uint32_t full = 1460;

arrival_report arrived(std::uint32_t octets) { return {.now = now, .octets = octets, .largest = full}; }

/// Past its quick start.
delayed_ack settled() { return {.quick_start = 0}; }

}  // namespace

TEST_CASE("of full-sized segments every second one is acknowledged at once, the others within 40 ms") {
    delayed_ack policy = settled();
    for (int i = 0; i < 5; ++i) {
        CHECK(policy.acknowledge_by(arrived(full)) == now + 40ms);
        CHECK(policy.acknowledge_by(arrived(full)) == now);
        policy.on_ack_sent();
    }
}

TEST_CASE("small segments count by their octets") {
    delayed_ack policy = settled();
    for (int i = 0; i < 7; ++i) CHECK(policy.acknowledge_by(arrived(400)) == now + 40ms);
    CHECK(policy.acknowledge_by(arrived(400)) == now);  // 3200 are more than 2920
}

TEST_CASE("one super-segment of two full ones is acknowledged at once") {
    delayed_ack policy = settled();
    CHECK(policy.acknowledge_by(arrived(2 * full)) == now);
}

TEST_CASE("any segment that leaves with our ACK begins the count anew") {
    delayed_ack policy = settled();
    CHECK(policy.acknowledge_by(arrived(full)) > now);
    policy.on_ack_sent();
    CHECK(policy.acknowledge_by(arrived(full)) > now);
}

TEST_CASE("what is out of order, fills a gap or ends the stream is acknowledged at once") {
    delayed_ack policy = settled();
    auto gap = arrived(10);
    gap.in_order = false;
    CHECK(policy.acknowledge_by(gap) == now);
    policy.on_ack_sent();
    auto fin = arrived(0);
    fin.fin = true;
    CHECK(policy.acknowledge_by(fin) == now);
}

TEST_CASE("the first sixteen segments are acknowledged at once, and no more") {
    delayed_ack policy;
    for (int i = 0; i < 16; ++i) {
        CHECK(policy.acknowledge_by(arrived(full)) == now);
        policy.on_ack_sent();
    }
    CHECK(policy.acknowledge_by(arrived(full)) == now + 40ms);
}

TEST_CASE("quick ACKs that are asked for are as many as at first; refused, the first are none") {
    delayed_ack policy{.quick_start = 2};
    policy.on_quick_ack(false);
    CHECK(policy.acknowledge_by(arrived(10)) == now + 40ms);
    policy.on_ack_sent();
    policy.on_quick_ack(true);
    for (int i = 0; i < 2; ++i) {
        CHECK(policy.acknowledge_by(arrived(10)) == now);
        policy.on_ack_sent();
    }
    CHECK(policy.acknowledge_by(arrived(10)) == now + 40ms);
}

TEST_CASE("the delay and the number of segments are settings") {
    delayed_ack policy{.delay = 100ms, .every = 3, .quick_start = 1};
    CHECK(policy.acknowledge_by(arrived(full)) == now);
    policy.on_ack_sent();
    CHECK(policy.acknowledge_by(arrived(full)) == now + 100ms);
    CHECK(policy.acknowledge_by(arrived(full)) == now + 100ms);
    CHECK(policy.acknowledge_by(arrived(full)) == now);
}

TEST_CASE("a peer whose segments have no size yet is acknowledged at once rather than never") {
    delayed_ack policy = settled();
    CHECK(policy.acknowledge_by({.now = now, .octets = 2, .largest = 0}) == now);
}

TEST_CASE("every_segment acknowledges whatever comes, at once") {
    every_segment policy;
    CHECK(policy.acknowledge_by(arrived(1)) == now);
    CHECK(policy.acknowledge_by(arrived(0)) == now);
}
