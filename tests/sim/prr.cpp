// SPDX-License-Identifier: MIT
//
// Proportional rate reduction in a world: RFC 6937's examples ACK by ACK, with each of its two bounds; one loss of
// forty and one mark of a hundred, where RFC 6675 is silent until so much has arrived as the window lost and RFC 9937
// sends all along. Every event audited.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/ecn/classic_ecn.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

#include "audited.hpp"

using namespace sluice;

namespace {

using counts = std::vector<int>;

/// RFC 6937's flight of twenty: packets with data that left for each of the ACKs that came behind the losses. Those
/// come one by one, a millisecond apart, and what leaves for one leaves in one instant.
template <class Recovery>
counts sent_by_each_ack(const Recovery& how, const std::vector<std::uint64_t>& lost) {
    using prompt = tcp<testing::gate_audit, reno, Recovery, every_segment>;
    typename prompt::settings s{.recovery = how};
    s.congestion.initial_window = 20;
    const auto r = audited::transfer<prompt>(
        {.rate = 12'000'000, .delay = 50ms, .drop = lost, .octets = 1'000'000}, s, s);
    CHECK(r.complete);
    CHECK(r.recoveries == 1);
    CHECK(r.timeouts == 0);
    counts out;
    instant first = never, last{};
    for (const auto& e : r.wire) {
        if (e.from != 0 || e.text_length == 0) continue;
        first = std::min(first, e.sent);
        if (e.sent == first) continue;
        if (e.sent != last) out.push_back(0);
        last = e.sent;
        ++out.back();
    }
    out.resize(20 - lost.size());
    return out;
}
counts with_bound(prr::bound b, const std::vector<std::uint64_t>& lost) {
    return sent_by_each_ack(prr_recovery{.reduction = {.bounded_by = b}}, lost);
}

/// Packets with data that left in each quarter of the round trip that follows the detection of the loss.
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

/// Has a window of a hundred segments until it hears of a mark, and then one of seventy.
struct from_100_to_70 {
    using slot = congestion_slot;
    std::uint32_t mss_ = 0;
    std::uint32_t segments_ = 100;

    constexpr std::uint32_t window() const { return segments_ * mss_; }
    constexpr void on_start(const start_report& r) { mss_ = r.mss; }
    constexpr void on_ecn(const ecn_report&) { segments_ = 70; }
};

/// Packets with data that left in each quarter of the hundred ACKs that come after the one that tells of the mark.
template <class Recovery>
std::vector<int> quarters_after_mark() {
    using prompt = tcp<testing::gate_audit, from_100_to_70, Recovery, classic_ecn, every_segment>;
    typename prompt::settings s;
    s.buffers.send = s.buffers.receive = 4u << 20;
    // One ACK in 2.5 ms and 40 packets on the path: sixty wait, and those that find more than fifty are marked.
    const auto r = audited::transfer<prompt>({.rate = 4'800'000,
                                              .delay = 50ms,
                                              .queue = 200,
                                              .discipline = sim::step_marking_settings{.packets = 50},
                                              .octets = 1'000'000},
                                             s, s);
    CHECK(r.complete);
    CHECK(r.retransmitted == 0);
    CHECK(r.client.ecn_reductions >= 1);  // what leaves on the way down may be marked, too: that is told after it
    std::vector<int> out(4);
    instant told{};
    for (const auto& e : r.wire) {
        const bool tells = e.from == 1 && e.header.flags.has(flag::ece) && !e.header.flags.has(flag::syn);
        if (tells && told == instant()) told = e.arrived;
    }
    for (const auto& e : r.wire)
        if (told != instant() && e.from == 0 && e.text_length > 0 && e.sent >= told && e.sent < told + 250ms)
            ++out[static_cast<std::size_t>((e.sent - told) / 62500us)];
    return out;
}

}  // namespace

TEST_CASE("fifteen of twenty lost: two new ones by limited transmit, then 1, 1, 1 with the conservative bound, 2, 2, 2 "
          "with the other (RFC 6937), and 1, 1, 1 while there is no progress (RFC 9937)") {
    const std::vector<std::uint64_t> lost{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    CHECK(with_bound(prr::bound::conservative, lost) == counts{1, 1, 1, 1, 1});
    CHECK(with_bound(prr::bound::slow_start, lost) == counts{1, 1, 2, 2, 2});
    CHECK(with_bound(prr::bound::safe_ack, lost) == counts{1, 1, 1, 1, 1});
}

// In RFC 6937's figure seven, to a window of 11: there limited transmit's two count for the flight, against RFC 5681.
TEST_CASE("control: RFC 6675 fills the window at once, from 4 to 10, and then sends one for each") {
    const std::vector<std::uint64_t> lost{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    CHECK(sent_by_each_ack(sack_recovery{}, lost) == counts{1, 1, 6, 1, 1});
}

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

TEST_CASE("a mark, and 70 segments of window instead of 100: PRR sends for seven ACKs of ten, others not for thirty") {
    for (const auto& proportional : {quarters_after_mark<rack_tlp>(), quarters_after_mark<prr_recovery>()})
        for (const int each : proportional) {  // 25 ACKs each
            CHECK(each >= 17);
            CHECK(each <= 18);
        }
    const auto silent = quarters_after_mark<sack_recovery>();
    CHECK(silent[0] == 0);
    CHECK(silent[1] <= 21);
    CHECK(silent[3] >= 24);
}
