// SPDX-License-Identifier: MIT
// One link by itself, against closed forms: serialisation and delay, queue limits, and misfortunes at their rates.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <vector>

#include "link_rig.hpp"

using namespace sluice;
using lab::rig;
using sim::drop_cause;
using sim::packet_event;

namespace {

/// Ten thousand packets, one at a time.
rig ten_thousand(const sim::link_settings& s, seed from = 1) {
    rig r(s, from);
    for (int i = 0; i < 10'000; ++i) {
        r.offer(100);
        r.run();
    }
    return r;
}

}  // namespace

TEST_CASE("a packet takes its serialisation and then the delay") {
    rig r({.rate = 10'000'000, .delay = 20ms});
    r.offer(1500);  // 12000 bits at 10 Mbit/s: 1.2 ms
    r.run();
    REQUIRE(r.arrivals.size() == 1);
    CHECK(r.arrivals[0].at == instant(20ms + 1200us));
    CHECK(r.arrivals[0].queued == 0ns);
}

TEST_CASE("packets of one moment leave one after the other, at the rate of the link") {
    rig r({.rate = 1'000'000, .delay = 5ms});
    for (int i = 0; i < 10; ++i) r.offer(125);  // 1000 bits: 1 ms each
    r.run();
    REQUIRE(r.arrivals.size() == 10);
    for (int i = 0; i < 10; ++i) {
        const auto& each = r.arrivals[static_cast<std::size_t>(i)];
        CHECK(each.number == static_cast<std::uint64_t>(i));
        CHECK(each.at == instant((i + 1) * 1ms + 5ms));
        CHECK(each.queued == i * 1ms);
    }
}

TEST_CASE("a transmission that is no whole number of nanoseconds takes the next one") {
    rig r({.rate = 3'000'000'000});
    CHECK(r.link.transmission_time(1) == 3ns);      // 8/3
    CHECK(r.link.transmission_time(1500) == 4us);   // exactly
    CHECK(r.link.transmission_time(65535) == duration(174'760));
}

TEST_CASE("an infinite rate leaves the delay alone, and queues nothing") {
    rig r({.delay = 7ms, .queue_packets = 0});
    for (int i = 0; i < 100; ++i) r.offer(1500);
    r.run();
    REQUIRE(r.arrivals.size() == 100);
    for (const auto& each : r.arrivals) CHECK(each.at == instant(7ms));
}

TEST_CASE("the queue holds as many packets as it is set to, besides the one in transmission") {
    rig r({.rate = 1'000'000, .queue_packets = 3});
    for (int i = 0; i < 6; ++i) r.offer(125);
    CHECK(r.dropped(drop_cause::queue_full) == std::vector<std::uint64_t>{4, 5});
    CHECK(r.link.queue().backlog().packets == 3);
    r.run(instant(1ms));  // one has left the queue
    CHECK(r.link.queue().backlog().packets == 2);
    r.offer(125);
    r.offer(125);
    r.run();
    CHECK(r.dropped(drop_cause::queue_full) == std::vector<std::uint64_t>{4, 5, 7});
    CHECK(r.arrivals.size() == 5);
}

TEST_CASE("the queue holds as many octets as it is set to") {
    rig r({.rate = 1'000'000, .queue_octets = 1000});
    r.offer(1500);  // in transmission
    r.offer(600);
    r.offer(401);   // 1 too many
    r.offer(400);
    CHECK(r.dropped(drop_cause::queue_full) == std::vector<std::uint64_t>{2});
    CHECK(r.link.queue().backlog().octets == 1000);
    CHECK_FALSE(r.link.has_room(1));
    r.run();
    CHECK(r.arrivals.size() == 3);
    CHECK(r.link.queue().backlog().octets == 0);
}

TEST_CASE("a link that pushes back says so before its queue overflows, another never does") {
    rig patient({.rate = 1'000'000, .queue_packets = 1, .pushes_back = true});
    rig other({.rate = 1'000'000, .queue_packets = 1});
    for (rig* r : {&patient, &other}) {
        CHECK(r->link.takes(1500));
        r->offer(1500);
        CHECK(r->link.takes(1500));
        r->offer(1500);
        CHECK(r->link.takes(1500) == (r == &other));
    }
    patient.run(instant(12ms));
    CHECK(patient.link.takes(1500));
}

// The number of successes in n trials is within the quoted bounds but for a chance of one in a million: the quantiles
// of the binomial distribution B(10000, p) at 5e-7 and 1 - 5e-7, computed by exact summation.
TEST_CASE("losses come at their rate") {
    struct {
        double p;
        std::size_t least, most;
    } const table[] = {{0.01, 55, 152}, {0.1, 856, 1150}, {0.4, 3761, 4240}};
    for (const auto& [p, least, most] : table) {
        const rig r = ten_thousand({.delay = 1ms, .loss = p});
        const std::size_t lost = r.count(packet_event::dropped, drop_cause::loss);
        CHECK(lost >= least);
        CHECK(lost <= most);
        CHECK(r.arrivals.size() == 10'000 - lost);
    }
}

TEST_CASE("duplicates come at their rate, right behind the first, and are told apart from it") {
    const rig r = ten_thousand({.delay = 1ms, .duplication = 0.1});
    std::size_t copies = 0;
    for (std::size_t i = 0; i < r.arrivals.size(); ++i) {
        if (!r.arrivals[i].is_copy) continue;
        ++copies;
        REQUIRE(i > 0);
        CHECK(r.arrivals[i - 1].number == r.arrivals[i].number);
        CHECK(r.arrivals[i - 1].at == r.arrivals[i].at);
        CHECK(r.arrivals[i - 1].data == r.arrivals[i].data);
    }
    CHECK(r.arrivals.size() == 10'000 + copies);
    CHECK(copies >= 856);
    CHECK(copies <= 1150);
}

TEST_CASE("a reordered packet is late by the extra delay, so that its followers overtake it") {
    rig r({.delay = 10ms, .reordering = 0.1, .reordering_delay = 3ms}, 5);
    for (int i = 0; i < 10'000; ++i) {
        r.offer(100);
        r.run(r.now + 1ms);
    }
    r.run();
    REQUIRE(r.arrivals.size() == 10'000);
    std::size_t late = 0;
    for (const auto& each : r.arrivals) {
        const duration took = each.at - instant(static_cast<std::int64_t>(each.number) * 1ms);
        CHECK((took == 10ms || took == 13ms));
        late += took == 13ms ? 1 : 0;
    }
    CHECK(late >= 856);
    CHECK(late <= 1150);
    std::size_t overtaken = 0;
    for (std::size_t i = 1; i < r.arrivals.size(); ++i)
        overtaken += r.arrivals[i].number < r.arrivals[i - 1].number ? 1 : 0;
    CHECK(overtaken > 0);
}

TEST_CASE("a corrupted packet differs in exactly as many bits as it is set to, anywhere in it") {
    for (const std::uint32_t bits : {1u, 5u}) {
        const rig r = ten_thousand({.delay = 1ms, .corruption = 0.1, .corrupted_bits = bits});
        std::size_t corrupted = 0;
        std::vector<int> flips_at(100);
        for (const auto& each : r.arrivals) {
            unsigned flipped = 0;
            for (std::size_t i = 0; i < each.data.size(); ++i) {
                const int here = std::popcount(static_cast<unsigned>(each.data[i] ^ 0xaa));
                flipped += static_cast<unsigned>(here);
                flips_at[i] += here;
            }
            CHECK((flipped == 0 || flipped == bits));
            corrupted += flipped > 0 ? 1 : 0;
        }
        CHECK(corrupted >= 856);
        CHECK(corrupted <= 1150);
        for (const int flips : flips_at) CHECK(flips > 0);
    }
}

TEST_CASE("chosen packets are dropped: by their number among those with text, or among all") {
    rig r({.delay = 1ms, .drop = {2, 3}, .drop_any = {1, 7}});
    for (const std::uint32_t text : {0u, 1u, 0u, 1u, 1u, 0u, 0u, 1u}) r.offer(100, text);
    r.run();
    CHECK(r.dropped(drop_cause::chosen) == std::vector<std::uint64_t>{0, 3, 4, 6});
}

TEST_CASE("what is lost has taken its turn: the followers come no earlier") {
    rig r({.rate = 1'000'000, .drop = {1}});
    r.offer(125);
    r.offer(125);
    r.run();
    REQUIRE(r.arrivals.size() == 1);
    CHECK(r.arrivals[0].at == instant(2ms));
}

TEST_CASE("one misfortune switched on changes nothing of the others") {
    const rig plain = ten_thousand({.delay = 1ms, .loss = 0.05});
    const rig all = ten_thousand({.delay = 1ms,
                                  .loss = 0.05,
                                  .corruption = 0.2,
                                  .duplication = 0.1,
                                  .reordering = 0.1,
                                  .reordering_delay = 1ms});
    CHECK(plain.dropped(drop_cause::loss) == all.dropped(drop_cause::loss));
}

TEST_CASE("bursts and jitter switched on change nothing of the others, nor of each other") {
    const sim::gilbert_elliott bursts{.to_bad = 0.01, .to_good = 0.25};
    const sim::link_settings others{.delay = 1ms,
                                    .loss = 0.05,
                                    .corruption = 0.2,
                                    .duplication = 0.1,
                                    .reordering = 0.1,
                                    .reordering_delay = 20ms};
    sim::link_settings shaken = others, all = others;
    shaken.jitter = all.jitter = 5ms;
    all.bursts = bursts;
    const rig plain = ten_thousand(others), jittered = ten_thousand(shaken), both = ten_thousand(all);
    const rig bursty = ten_thousand({.delay = 1ms, .bursts = bursts});

    REQUIRE(plain.arrivals.size() == jittered.arrivals.size());
    for (std::size_t i = 0; i < plain.arrivals.size(); ++i) {
        CHECK(plain.arrivals[i].number == jittered.arrivals[i].number);
        CHECK(plain.arrivals[i].data == jittered.arrivals[i].data);
    }
    // What is lost is lost by the one or by the other, as if each were alone.
    const auto lost_alone = plain.dropped(drop_cause::loss), lost_in_bursts = bursty.dropped(drop_cause::loss);
    std::vector<std::uint64_t> either;
    std::set_union(lost_alone.begin(), lost_alone.end(), lost_in_bursts.begin(), lost_in_bursts.end(),
                   std::back_inserter(either));
    CHECK(lost_in_bursts.size() > 200);
    CHECK(either.size() > lost_alone.size());
    CHECK(both.dropped(drop_cause::loss) == either);
}

namespace {

/// Ten thousand packets, one every so often.
rig a_stream(const sim::link_settings& s, duration every) {
    rig r(s);
    for (int i = 0; i < 10'000; ++i) {
        r.offer(100);
        r.run(r.now + every);
    }
    r.run();
    return r;
}
std::size_t overtakings(const rig& r) {
    std::size_t n = 0;
    for (std::size_t i = 1; i < r.arrivals.size(); ++i) n += r.arrivals[i].number < r.arrivals[i - 1].number ? 1 : 0;
    return n;
}
std::vector<duration> delays(const rig& r, duration every) {
    std::vector<duration> out;
    for (const auto& each : r.arrivals)
        out.push_back(each.at - instant(static_cast<std::int64_t>(each.number) * every));
    return out;
}

}  // namespace

// Evenly over four quarters of the bound: B(10000, 1/4), five standard deviations are 217.
TEST_CASE("jitter is drawn evenly up to its bound") {
    for (const bool reorders : {false, true}) {  // with room between the packets it makes no difference
        const rig r = a_stream({.delay = 10ms, .jitter = 4ms, .jitter_reorders = reorders}, 5ms);
        std::size_t quarter[4]{};
        for (const duration each : delays(r, 5ms)) {
            REQUIRE(each >= 10ms);
            REQUIRE(each <= 14ms);
            ++quarter[std::min<std::int64_t>((each - 10ms) / 1ms, 3)];
        }
        for (const std::size_t n : quarter) {
            CHECK(n > 2500 - 217);
            CHECK(n < 2500 + 217);
        }
        CHECK(overtakings(r) == 0);
    }
}

TEST_CASE("jitter may be nothing, and may be all of its bound") {
    const rig r = a_stream({.delay = 1ms, .jitter = 3ns}, 5ms);
    std::size_t exactly[4]{};
    for (const duration each : delays(r, 5ms)) {
        REQUIRE(each >= 1ms);
        REQUIRE(each <= 1ms + 3ns);
        ++exactly[(each - 1ms).count()];
    }
    for (const std::size_t n : exactly) CHECK(n > 2500 - 217);
}

TEST_CASE("jitter that is larger than the packets' distance reorders them only if it may, and keeps its bounds") {
    const rig free = a_stream({.delay = 10ms, .jitter = 5ms, .jitter_reorders = true}, 1ms);
    const rig in_order = a_stream({.delay = 10ms, .jitter = 5ms}, 1ms);
    for (const rig* r : {&free, &in_order}) {
        REQUIRE(r->arrivals.size() == 10'000);
        for (const duration each : delays(*r, 1ms)) {
            CHECK(each >= 10ms);
            CHECK(each <= 15ms);
        }
    }
    CHECK(overtakings(free) > 1000);
    CHECK(overtakings(in_order) == 0);
}

TEST_CASE("a packet that is reordered on purpose holds nobody up where jitter keeps the order") {
    const rig r = a_stream({.delay = 10ms, .reordering = 0.1, .reordering_delay = 50ms, .jitter = 5ms}, 1ms);
    std::size_t late = 0;
    for (const duration each : delays(r, 1ms)) {
        CHECK((each <= 15ms || each >= 60ms));
        CHECK(each <= 65ms);
        late += each >= 60ms ? 1 : 0;
    }
    CHECK(late >= 856);
    CHECK(late <= 1150);
}

TEST_CASE("another seed, other losses; the same seed, the same") {
    const auto lost = [](std::uint64_t from) {
        return ten_thousand({.delay = 1ms, .loss = 0.05}, from).dropped(drop_cause::loss);
    };
    CHECK(lost(1) == lost(1));
    CHECK(lost(1) != lost(2));
}

TEST_CASE("a slot of the store is used again") {
    sim::packet_store store;
    const list_index a = store.add({.data = {1}}), b = store.add({.data = {2}});
    CHECK(a != b);
    CHECK(store.size() == 2);
    store.release(a);
    CHECK(store.size() == 1);
    CHECK(store.add({.data = {3}}) == a);
    CHECK(store[a].data == std::vector<octet>{3});
    CHECK(store[b].data == std::vector<octet>{2});
}

TEST_CASE("what is planned does not grow with what is on the wire, unless packets overtake each other there") {
    rig in_order({.delay = 1s}), overtaking({.delay = 1s, .jitter = 1ms, .jitter_reorders = true});
    for (rig* r : {&in_order, &overtaking})
        for (int i = 0; i < 100; ++i) r->offer(100);
    CHECK(in_order.events.size() == 1);
    CHECK(overtaking.events.size() == 100);  // control: these are planned one by one
    in_order.run();
    CHECK(in_order.arrivals.size() == 100);
}
