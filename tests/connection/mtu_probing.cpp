// SPDX-License-Identifier: MIT
// connection/mtu_probing.hpp against a peer by hand; what paths make of it is in sim/path_mtu.cpp.
#include <numeric>

#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/options/mtu_probing.hpp>

#include "support/lab.hpp"
#include "support/too_big.hpp"

using namespace sluice;

namespace {

using bench = lab::bench<tcp<reno, mtu_probing>>;

/// Sends so much, of which each segment is acknowledged.
void transfer(bench& b, std::size_t octets) {
    REQUIRE(b.send(lab::text(octets)).value_or(0) == octets);
    for (auto sent = b.take(); !sent.empty(); sent = b.take()) {
        b.wait(20ms);
        for (const auto& each : sent)
            if (!each.text.empty()) b.acks(each.sequence + static_cast<std::uint32_t>(each.text.size()));
    }
}

}  // namespace

// Switched off by no note_idle in send_mtu_probe: all 60000 octets leave at once.
TEST_CASE("RFC 5681 section 4.1: a probe is not the first behind a pause, from a window that is too old") {
    bench::settings s;
    s.limits.path_mtu_lasts = 150ms;
    s.limits.timestamps = false;
    s.congestion.validation.enabled = false;
    bench b(s);
    b.peer_offers.sack_permitted = true;
    b.establish();
    REQUIRE(b.send(lab::text(3000)));
    const auto said = lab::too_big(b.local, b.remote, b.block().snd.una, 1400);
    b.endpoint.on_packet({.data = said}, b.now);
    b.flush();
    b.acks(b.next_ack());
    b.take();
    REQUIRE(b.full_segment() == 1360);
    transfer(b, 60000);
    b.wait(150ms);  // less than the RTO
    transfer(b, 1000);  // its round trip begins the search, and nothing is left to search with
    REQUIRE(!b.block().probes.search.is_over());
    REQUIRE(b.endpoint.count().mtu_probes == 0);
    REQUIRE(target_window(b.block()) >= 20 * 1360);

    b.wait(5s);
    REQUIRE(b.send(lab::text(60000)));
    const auto sent = b.sent;
    const auto octets = std::accumulate(sent.begin(), sent.end(), std::size_t{0},
                                        [](std::size_t sum, const auto& each) { return sum + each.text.size(); });
    CHECK(octets == 10 * 1360);  // the initial window
    CHECK(b.endpoint.count().mtu_probes == 0);  // which is too small for one
    // The next round trips have room for it.
    for (int i = 0; i < 4; ++i) {
        b.wait(20ms);
        for (const auto& each : b.take()) b.acks(each.sequence + static_cast<std::uint32_t>(each.text.size()));
    }
    CHECK(b.endpoint.count().mtu_probes > 0);
}
