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

/// A router has said 1400, and was right once; a search is about to begin, in a window of 20 segments and more.
bench about_to_search() {
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
    return b;
}

}  // namespace

TEST_CASE("RFC 4821 section 7.6.2: what is said of a probe counts when it is lost; of one that arrives it was a lie") {
    for (const bool is_lost : {false, true})
        for (const bool of_probe : {false, true}) {
            CAPTURE(is_lost);
            CAPTURE(of_probe);
            bench b = about_to_search();
            REQUIRE(b.send(lab::text(30000)));
            const auto sent = b.take();
            std::size_t at = 0;
            while (at < sent.size() && sent[at].text.size() < 1460) ++at;  // the probe
            REQUIRE(at + 5 < sent.size());
            const std::uint32_t quoted = sent[of_probe ? at : at + 1].sequence;
            const auto said = lab::too_big(b.local, b.remote, b.iss() + quoted, 1450);
            b.endpoint.on_packet({.data = said}, b.now);
            CHECK(b.block().probes.search.high == 1500);
            b.wait(20ms);
            tcp_options report;
            const std::uint32_t behind = sent[at + 1].sequence;
            report.sack.push_back({seq(behind), seq(behind + 5 * 1360)});
            if (is_lost)
                b.deliver({.flags = flag::ack,
                           .sequence = b.next_seq(),
                           .acknowledgment = sent[at].sequence,
                           .options = report});
            else
                b.deliver({.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = behind});
            CHECK(b.endpoint.count().mtu_probes_lost == (is_lost ? 1 : 0));
            CHECK(b.block().probes.search.high == (!is_lost ? 1500 : of_probe ? 1450 : 1499));
            CHECK(path_mtu(b.block()) == (is_lost ? 1400 : 1500));
        }
}

// Switched off by no note_idle in send_mtu_probe: all 60000 octets leave at once.
TEST_CASE("RFC 5681 section 4.1: a probe is not the first behind a pause, from a window that is too old") {
    bench b = about_to_search();
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
