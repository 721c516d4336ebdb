// SPDX-License-Identifier: MIT
// FQ-CoDel (RFC 8290): who sends little does not wait for who sends much, who is backlogged gets an equal share of the
// octets, and who is fattest pays for the limit. The controls: drop tail, and FQ-CoDel with a single queue.
#include <doctest/doctest.h>

#include <algorithm>

#include <sluice/sim/flow_hash.hpp>

#include "link_rig.hpp"

using namespace sluice;
using lab::drop_cause;
using lab::ip_packet;
using lab::packet_event;
using lab::rig;

namespace {

constexpr std::uint16_t thin = 1000;  // the fat ones are 1, 2, …

std::uint16_t flow_of(octets packet) { return load_be16(packet.data() + ipv4::header_length); }

/// Packets of 1500 octets take 1 ms. Each fat flow has two hundred waiting; after their first round the thin one sends
/// a small one every so often, far less than its share.
struct contest {
    duration longest_wait{};
    std::size_t dropped_of_thin = 0;

    contest(const sim::discipline_settings& discipline, int fat_flows, duration every) {
        rig r({.rate = 12'000'000, .discipline = discipline});
        for (int i = 0; i < 200; ++i)
            for (int flow = 1; flow <= fat_flows; ++flow)
                r.offer(ip_packet(1500, {}, static_cast<std::uint16_t>(flow)));
        std::vector<std::uint64_t> of_thin;
        for (instant next(20300us); next < instant(150ms); next += every) {
            r.run(next);
            of_thin.push_back(r.offered);
            r.offer(ip_packet(100, {}, thin));
        }
        r.run();
        for (const auto& each : r.arrivals)
            if (flow_of(each.data) == thin) longest_wait = std::max(longest_wait, each.queued);
        for (const std::uint64_t gone : r.dropped(drop_cause::aqm))
            dropped_of_thin += std::count(of_thin.begin(), of_thin.end(), gone) > 0 ? 1 : 0;
    }
};

/// A quantum of one packet, so that a turn is 1 ms.
const sim::fq_codel_settings one_packet{.quantum = 1500};

}  // namespace

// Its queue is new each time: it waits for the packet that is being transmitted, and for nobody's turn.
TEST_CASE("a flow that pauses longer than a round of the others waits for one packet at most") {
    const contest fair(one_packet, 5, 17ms), tail(sim::drop_tail_settings{}, 5, 17ms);
    CHECK(fair.longest_wait <= 1ms);
    CHECK(fair.dropped_of_thin == 0);
    CHECK(tail.longest_wait > 900ms);
    sim::fq_codel_settings single = one_packet;
    single.queues = 1;
    CHECK(contest(single, 5, 17ms).longest_wait > 500ms);
}

// It comes again while its queue still stands among the old ones, and waits for a turn of each, and the packet that is
// being transmitted.
TEST_CASE("a thin flow beside fat ones waits no more than a quantum for each that is active") {
    for (const int fat_flows : {1, 2, 5, 10}) {
        const contest fair(one_packet, fat_flows, 4ms);
        CHECK(fair.longest_wait <= (fat_flows + 1) * 1ms);
        CHECK(fair.dropped_of_thin == 0);
    }
    CHECK(contest(one_packet, 10, 4ms).longest_wait > 5ms);  // no longer new
}

// While all are backlogged, nobody is ahead by more than a quantum and a packet (Shreedhar and Varghese 1995).
TEST_CASE("backlogged flows get the same number of octets, whatever their packets' sizes") {
    const auto octets_of = [](const sim::discipline_settings& discipline) {
        rig r({.rate = 12'000'000, .discipline = discipline});
        for (int i = 0; i < 400; ++i) {
            r.offer(ip_packet(1500, {}, 1));
            r.offer(ip_packet(500, {}, 2));
            r.offer(ip_packet(100, {}, 3));
        }
        r.run(instant(30ms));
        std::array<std::size_t, 3> out{};
        for (const auto& each : r.arrivals) out[flow_of(each.data) - 1u] += each.data.size();
        return out;
    };
    const sim::fq_codel_settings patient{.codel = {.interval = 1s}};  // drops are not in question
    const auto fair = octets_of(patient), tail = octets_of(sim::drop_tail_settings{});
    const auto [least, most] = std::minmax_element(fair.begin(), fair.end());
    CHECK(*least > 10'000);
    CHECK(*most - *least <= 1514 + 1500);
    CHECK(tail[0] > 10 * tail[2]);
}

TEST_CASE("above the limit the oldest packet of the fattest flow goes, whoever came last") {
    rig r({.rate = 12'000'000, .queue_packets = 11, .discipline = sim::fq_codel_settings{}});
    r.offer(ip_packet(1500, {}, 3));                              // 0: in transmission
    for (int i = 0; i < 10; ++i) r.offer(ip_packet(700, {}, 1));  // 1 … 10
    r.offer(ip_packet(1500, {}, 2));                              // 11: the largest packet, not the largest queue
    CHECK(r.link.queue().backlog().packets == 11);
    CHECK(r.link.queue().backlog().octets == 8500);
    r.offer(ip_packet(100, {}, 2));
    r.offer(ip_packet(100, {}, thin));
    CHECK(r.dropped(drop_cause::queue_full) == std::vector<std::uint64_t>{1, 2});
    CHECK(r.link.queue().backlog().packets == 11);
    r.run();
    CHECK(r.arrivals.size() == 12);

    rig by_octets({.rate = 12'000'000, .queue_octets = 3000, .discipline = sim::fq_codel_settings{}});
    for (int i = 0; i < 4; ++i) by_octets.offer(ip_packet(1000, {}, 1));
    by_octets.offer(ip_packet(1500, {}, 2));  // takes the place of two
    CHECK(by_octets.dropped(drop_cause::queue_full) == std::vector<std::uint64_t>{1, 2});
    CHECK(by_octets.link.queue().backlog().octets == 2500);
}

TEST_CASE(
    "each queue has a control law of its own: a flow that fills its queue is dropped from, its neighbour is not") {
    rig r({.rate = 12'000'000, .discipline = sim::fq_codel_settings{}});
    for (int i = 0; i < 2000; ++i) {  // 1: four thirds of the link; 2: a quarter of it
        if (i % 4 != 0) r.offer(ip_packet(1500, ecn_codepoint::ect0, 1));
        if (i % 8 == 0) r.offer(ip_packet(1500, ecn_codepoint::not_ect, 2));
        r.run(r.now + 500us);
    }
    r.run();
    std::size_t marked = 0;
    for (const auto& each : r.arrivals) marked += sim::ecn_of(each.data) == ecn_codepoint::ce ? 1 : 0;
    CHECK(marked > 20);
    CHECK(marked == r.count(packet_event::marked));
    CHECK(r.count(packet_event::dropped, drop_cause::aqm) == 0);  // the thin one can't be marked: it would have been
    CHECK(r.arrivals.size() == r.offered);
}

TEST_CASE("a flow's packets stay in order, and addresses, protocol and ports tell flows apart") {
    rig r({.rate = 12'000'000, .discipline = sim::fq_codel_settings{}});
    for (int i = 0; i < 50; ++i)
        for (std::uint16_t flow = 1; flow <= 20; ++flow) r.offer(ip_packet(500, {}, flow));
    r.run();
    CHECK(r.arrivals.size() + r.count(packet_event::dropped, drop_cause::aqm) == 1000);
    std::array<std::uint64_t, 21> last{};
    for (const auto& each : r.arrivals) {
        CHECK(each.number + 1 > last[flow_of(each.data)]);
        last[flow_of(each.data)] = each.number + 1;
    }

    const siphash_key key{1, 2};
    for (const bool ipv6 : {false, true}) {
        const std::vector<octet> one = ip_packet(100, {}, 1, ipv6);
        const std::uint64_t hash = sim::flow_hash(key, one);
        CHECK(sim::flow_hash(key, ip_packet(1200, ecn_codepoint::ce, 1, ipv6)) == hash);
        CHECK(sim::flow_hash(key, ip_packet(100, {}, 2, ipv6)) != hash);
        CHECK(sim::flow_hash({1, 3}, one) != hash);
        const std::size_t header = ipv6 ? ipv6::header_length : ipv4::header_length;
        for (const std::size_t place : {header - 1, header - 5, header + 1, header + 3}) {
            std::vector<octet> other = one;
            other[place] ^= 1;
            CHECK(sim::flow_hash(key, other) != hash);
        }
        std::vector<octet> other = one;
        other[header + 4] ^= 1;  // the sequence number
        CHECK(sim::flow_hash(key, other) == hash);
    }
    CHECK(sim::flow_hash(key, std::vector<octet>(30, octet{0xaa})) == sim::flow_hash(key, {}));
}

// 200 ports into 1024 queues: n²/2m = 19.5 pairs share one on average, and 161 to 199 different ones are within 5 σ.
TEST_CASE("flows are spread over the queues, by another key with another seed") {
    const auto together = [](std::uint64_t from) {
        std::vector<std::uint64_t> queues;
        seeded_random random{seed(from)};
        const siphash_key key{random.bits(), random.bits()};
        for (std::uint16_t flow = 0; flow < 200; ++flow)
            queues.push_back(sim::flow_hash(key, ip_packet(40, {}, flow)) % 1024);
        std::sort(queues.begin(), queues.end());
        return std::unique(queues.begin(), queues.end()) - queues.begin();
    };
    for (std::uint64_t from = 1; from < 20; ++from) {
        CHECK(together(from) >= 161);
        CHECK(together(from) <= 199);
    }
}
