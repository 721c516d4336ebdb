// SPDX-License-Identifier: MIT
//
// RACK-TLP over a path of 40 ms that never queues (RFC 8985): what is lost at the end of a flight of ten, and when it
// comes again. Both ends acknowledge each segment at once, the RTO is a second at least, every event is audited.
#include <doctest/doctest.h>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

using rack_tcp = tcp<testing::gate_audit, reno, rack_tlp, every_segment>;

sim::transfer_report ten_segments(std::vector<std::uint64_t> lost, const rack_tlp& how = {}) {
    rack_tcp::settings s{.rtt = {.floor = 1s}, .recovery = how};
    auto r = audited::transfer<rack_tcp>({.rate = 0, .delay = 20ms, .drop = lost, .octets = 10 * 1448}, s, s);
    CHECK(r.complete);
    return r;
}

/// Data leaves at 40 ms, and the last ACK of it is here at 80.
constexpr duration last_ack = 80ms;

std::uint32_t last_window(const sim::transfer_report& r) { return r.samples.back().cwnd; }

}  // namespace

TEST_CASE("nothing lost: no probe, nothing sent again") {
    const auto r = ten_segments({});
    CHECK(r.time == 60ms);
    CHECK(r.client.tail_probes == 0);
    CHECK(r.retransmitted == 0);
}

TEST_CASE(
    "the last two of ten lost: a probe two round trips behind the last ACK, the other by RACK one later, no RTO") {
    const auto r = ten_segments({9, 10});
    CHECK(r.client.tail_probes == 1);
    CHECK(r.time == last_ack + 80ms + 40ms + 20ms);
    CHECK(r.timeouts == 0);
    CHECK(r.retransmitted == 2);
    CHECK(r.recoveries == 1);
}

TEST_CASE(
    "the last one lost: the peer may hold an ACK back, so the probe waits 200 ms more; one reduction, no episode") {
    const auto r = ten_segments({10});
    CHECK(r.client.tail_probes == 1);
    CHECK(r.time == last_ack + 280ms + 20ms);
    CHECK(r.timeouts == 0);
    CHECK(r.recoveries == 0);
    CHECK(last_window(r) < 10 * 1448);
}

TEST_CASE("control: without the time that the peer may hold an ACK back the probe for the last one leaves at 80 ms") {
    const auto r = ten_segments({10}, {.peer_ack_delay = 0ms});
    CHECK(r.client.tail_probes == 1);
    CHECK(r.time == last_ack + 80ms + 20ms);
}

TEST_CASE("control: without probes the timer is waited for") {
    for (const auto& lost : {std::vector<std::uint64_t>{9, 10}, {10}}) {
        const auto r = ten_segments(lost, {.probes = false});
        CHECK(r.time >= 1s);
        CHECK(r.timeouts == 1);
    }
}

// Section 7.3: the timer runs anew behind the probe. The default's may expire after 200 ms, before the probe is due:
// then it is the probe that leaves, and its answer that decides.
TEST_CASE("the last one or two of ten lost, by the default settings, over 40 to 150 ms: one probe, and no RTO "
          "before its answer") {
    for (const duration round_trip : {40ms, 100ms, 150ms})
        for (const auto& lost : {std::vector<std::uint64_t>{9, 10}, {10}}) {
            CAPTURE(round_trip.count());
            CAPTURE(lost.size());
            const sim::scenario path{.rate = 0, .delay = round_trip / 2, .drop = lost, .octets = 10 * 1448};
            const auto r = audited::transfer<rack_tcp>(path);
            CHECK(r.complete);
            CHECK(r.client.tail_probes == 1);
            CHECK(r.timeouts == 0);
            CHECK(r.retransmitted == lost.size());
            const auto control = audited::transfer<rack_tcp>(path, {.recovery = {.probes = false}});
            CHECK(control.timeouts == 1);
        }
}

TEST_CASE("one loss in the middle: a round trip later it is sent again, by what came behind it") {
    const auto r = ten_segments({5});
    CHECK(r.client.tail_probes == 0);
    CHECK(r.time <= last_ack + 10ms + 20ms);  // a quarter of a round trip for reordering, at most
    CHECK(r.recoveries == 1);
    CHECK(r.timeouts == 0);
}
