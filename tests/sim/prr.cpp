// SPDX-License-Identifier: MIT
//
// Proportional rate reduction in a world: one loss of a flight of forty. RFC 6675 is silent until half of the flight
// has arrived; RFC 9937 sends for every second ACK. Every event audited.
#include <doctest/doctest.h>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

//// Packets with data that left in each quarter of the round trip that follows the detection of the loss.
template <class Recovery>
std::vector<int> quarters() {
    using prompt = tcp<testing::gate_audit, reno, Recovery, every_segment>;
    typename prompt::settings s;
    s.congestion.initial_window = 40;
    s.buffers.send = s.buffers.receive = 4u << 20;
    // Forty packets of 1500 octets take 100 ms of the link: they and their ACKs come evenly, every 2.5 ms.
    const auto r = audited::transfer<prompt>(
        {.rate = 4'800'000, .delay = 50ms, .queue = 200, .drop = {1}, .octets = 1'000'000}, s, s);
    CHECK(r.complete);
    CHECK(r.recoveries == 1);
    CHECK(r.timeouts == 0);
    std::vector<int> out(4);
    const instant lost = r.wire.front().sent + 211ms;  // the handshake, a round trip, three ACKs
    for (const auto& e : r.wire)
        if (e.from == 0 && e.text_length > 0 && e.sent >= lost && e.sent < lost + 90ms)
            ++out[static_cast<std::size_t>((e.sent - lost) / 22500us)];
    return out;
}

}  // namespace

TEST_CASE("one loss of forty: PRR sends for every second ACK all along, RFC 6675 nothing and then for each") {
    const auto proportional = quarters<prr_recovery>(), halved = quarters<sack_recovery>();
    for (const int each : proportional) {  // nine ACKs each
        CHECK(each >= 4);
        CHECK(each <= 5);
    }
    CHECK(halved[0] == 0);
    CHECK(halved[1] <= 1);
    CHECK(halved[3] >= 8);
}
