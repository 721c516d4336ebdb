// SPDX-License-Identifier: MIT
// Two hosts and what lies between them: when things happen, who is called, and what taps see.
#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/sim/wire_log.hpp>
#include <sluice/sim/world.hpp>

#include "audited.hpp"
#include "support/compositions.hpp"

using namespace sluice;
using sim::packet_event;

namespace {

sim::world_settings symmetric(const sim::link_settings& s) { return {.links = {s, s}}; }

/// Does nothing.
struct idle {
    void step(auto&, instant) {}
};

/// Counts what taps are told.
struct tally {
    std::size_t sent[2]{}, delivered[2]{}, dropped[2]{}, copies[2]{}, corrupted[2]{};
    std::size_t longest = 0;

    void on_packet(const sim::packet_report& r) {
        longest = std::max(longest, r.packet.data.size());
        if (r.what == packet_event::sent) ++sent[r.from];
        if (r.what == packet_event::dropped) ++dropped[r.from];
        if (r.what != packet_event::delivered) return;
        ++delivered[r.from];
        copies[r.from] += r.packet.is_copy ? 1 : 0;
        corrupted[r.from] += r.packet.is_corrupted ? 1 : 0;
    }
};

sim::bulk sends(std::uint64_t octets_there, std::uint64_t octets_back = 0) {
    return {.writer = {.length = octets_there, .sender = 0}, .reader = {.length = octets_back, .sender = 1}};
}
sim::bulk answers(std::uint64_t octets_there, std::uint64_t octets_back = 0) {
    return {.writer = {.length = octets_back, .sender = 1},
            .reader = {.length = octets_there, .sender = 0},
            .ends_last = true};
}

}  // namespace

TEST_CASE("a handshake over a link without serialisation takes one delay for each segment") {
    auto w = std::make_unique<sim::world<classic_tcp, classic_tcp, idle, idle>>(symmetric({.delay = 50ms}));
    REQUIRE(w->open());
    CHECK(w->client().endpoint.state() == state::syn_sent);
    CHECK(w->server().endpoint.state() == state::listen);
    CHECK_FALSE(w->run(instant(49ms)));
    CHECK(w->now() == instant(49ms));
    CHECK(w->server().endpoint.state() == state::listen);
    w->run(instant(50ms));
    CHECK(w->server().endpoint.state() == state::syn_received_passive);
    w->run(instant(99ms));
    CHECK(w->client().endpoint.state() == state::syn_sent);
    w->run(instant(100ms));
    CHECK(w->client().endpoint.state() == state::established);
    CHECK(w->server().endpoint.state() == state::syn_received_passive);
    w->run(instant(150ms));
    CHECK(w->server().endpoint.state() == state::established);
    CHECK(w->run());  // and then there is nothing left to happen
    CHECK(w->now() == instant(150ms));
    CHECK(w->events() == 3);  // the timers that were stopped are no events
}

TEST_CASE("a world where nothing is planned any more stays at its last event, and says so") {
    auto w = std::make_unique<sim::world<classic_tcp, classic_tcp, idle, idle>>(symmetric({.delay = 50ms}));
    CHECK(w->run(instant(1s)));  // nothing was opened
    CHECK(w->now() == instant(0s));
    REQUIRE(w->open());
    CHECK(w->run(instant(1h)));  // the last timer, though stopped, has passed by then
    CHECK(w->now() == instant(150ms));
    CHECK(w->events() == 3);
}

TEST_CASE("deadlines wake a host at their own instant: a SYN into the void goes out after 1, 3, 7 seconds") {
    sim::link_settings void_link{.delay = 1ms, .loss = 1};
    auto w = std::make_unique<sim::world<classic_tcp, classic_tcp, idle, idle>>(symmetric(void_link));
    sim::wire_log log;
    w->watch(log);
    REQUIRE(w->open());
    w->run(instant(10s));
    REQUIRE(log.events().size() == 4);
    const instant expected[] = {instant(0s), instant(1s), instant(3s), instant(7s)};
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(log.events()[i].sent == expected[i]);
        CHECK(log.events()[i].lost());
        CHECK(log.events()[i].retransmission == (i > 0));
    }
}

TEST_CASE("both hosts may open at once") {
    auto w = std::make_unique<sim::world<classic_tcp, classic_tcp, idle, idle>>(symmetric({.delay = 50ms}));
    auto& a = w->client();
    auto& b = w->server();
    REQUIRE(a.endpoint.connect(a.address, b.address, w->now()));
    REQUIRE(b.endpoint.connect(b.address, a.address, w->now()));
    w->serve(0);
    w->serve(1);
    audited::watch audit;
    w->run(instant(1s), [&](auto& world) { audit(world); });
    CHECK(audit.broken == "");
    CHECK(a.endpoint.state() == state::established);
    CHECK(b.endpoint.state() == state::established);
}

TEST_CASE("a server that can't listen is an error of open") {
    using never_listens = tcp<client_only>;
    auto w = std::make_unique<sim::world<classic_tcp, never_listens, idle, idle>>(symmetric({.delay = 50ms}));
    CHECK(w->open().error() == error::not_supported);
}

namespace {

/// Says a word every so often, by itself.
struct clockwork {
    duration every = 1s;
    instant next = instant(2s);
    std::vector<instant> woken{};

    void step(auto& endpoint, instant now) {
        if (now < next) return;
        woken.push_back(now);
        next += every;
        if (woken.size() == 3) next = never;
        CHECK(endpoint.send(octets(word), now));
    }
    instant wake() const { return next; }
    static constexpr std::array<octet, 1> word{42};
};

}  // namespace

TEST_CASE("an application that acts by itself is called when it wants to be") {
    auto w = std::make_unique<sim::world<classic_tcp, classic_tcp, clockwork, idle>>(symmetric({.delay = 10ms}));
    REQUIRE(w->open());
    CHECK(w->run());
    CHECK(w->client().application.woken == std::vector<instant>{instant(2s), instant(3s), instant(4s)});
    CHECK(w->server().endpoint.readable() == 3);
}

TEST_CASE("every packet that was sent, or copied on the way, was delivered or dropped, and reported once") {
    const sim::link_settings rough{.rate = 5'000'000,
                                   .delay = 10ms,
                                   .queue_packets = 5,
                                   .loss = 0.03,
                                   .corruption = 0.02,
                                   .duplication = 0.05,
                                   .reordering = 0.05,
                                   .reordering_delay = 4ms};
    const classic_tcp::settings s;
    auto w = std::make_unique<sim::world<classic_tcp>>(symmetric(rough), s, s, sends(300'000), answers(300'000));
    tally t;
    w->watch(t);
    REQUIRE(w->open());
    CHECK(w->run());
    CHECK(w->client().application.is_complete());
    CHECK(w->server().application.is_complete());
    CHECK(t.sent[0] == w->client().endpoint.count().segments_out);
    CHECK(t.sent[1] == w->server().endpoint.count().segments_out);
    for (const int from : {0, 1}) {
        CHECK(t.dropped[from] > 0);
        CHECK(t.copies[from] > 0);
        CHECK(t.sent[from] + t.copies[from] == t.delivered[from] + t.dropped[from]);
    }
    CHECK(t.longest == 1500);
    // Corrupted packets are counted by who gets them, and no other packet is malformed.
    CHECK(t.corrupted[0] > 0);
    CHECK(t.corrupted[0] == w->server().endpoint.count().malformed);
    CHECK(t.corrupted[1] == w->client().endpoint.count().malformed);
}

TEST_CASE("a link that pushes back loses nothing, however fast its sender, and is never idle") {
    using eager = tcp<no_congestion_control, sack_recovery>;  // 2 SRTT are no time for a segment here: no probes
    const sim::link_settings narrow{.rate = 1'000'000, .delay = 1ms, .queue_packets = 1, .pushes_back = true};
    const eager::settings s;
    auto w = std::make_unique<sim::world<eager>>(symmetric(narrow), s, s, sends(144'800), answers(144'800));
    tally t;
    w->watch(t);
    REQUIRE(w->open());
    CHECK(w->run());
    CHECK(t.dropped[0] == 0);
    CHECK(w->client().endpoint.count().retransmitted == 0);
    // SYN and SYN-ACK of 60 octets, each with its serialisation and its delay; then 100 packets of 1500 octets in a
    // row.
    const duration handshake = (60 + 60) * 8us + 2 * 1ms, data = 100 * 1500 * 8us;
    CHECK(w->server().application.reader.complete_at == instant(handshake + data + 1ms));
}

TEST_CASE("super-segments are cut on the way into the link: the wire sees the same segments") {
    std::vector<trace::wire_event> seen[2];
    for (const std::uint32_t super_segment : {0u, 65536u}) {
        sim::world_settings n = symmetric({.rate = 10'000'000, .delay = 20ms});
        n.super_segment = super_segment;
        auto w = std::make_unique<sim::world<classic_tcp>>(n, classic_tcp::settings{}, classic_tcp::settings{},
                                                           sends(200'000), answers(200'000));
        sim::wire_log log;
        tally t;
        w->watch(log);
        w->watch(t);
        REQUIRE(w->open());
        CHECK(w->run());
        CHECK(w->client().application.is_complete());
        CHECK(t.longest == 1500);
        CHECK(w->client().endpoint.surroundings().largest_super_segment == super_segment);
        CHECK(w->server().endpoint.surroundings().largest_super_segment == super_segment);
        CHECK(t.sent[0] == w->client().endpoint.count().segments_out);
        seen[super_segment != 0] = log.take();
    }
    REQUIRE(seen[0].size() == seen[1].size());
    for (std::size_t i = 0; i < seen[0].size(); ++i) {
        CHECK(seen[0][i].sent == seen[1][i].sent);
        CHECK(seen[0][i].header.sequence == seen[1][i].header.sequence);
        CHECK(seen[0][i].text_length == seen[1][i].text_length);
    }
}

TEST_CASE("a log of the wire tells what arrived when, what was lost, and what was sent again") {
    sim::world_settings n = symmetric({.delay = 50ms});
    n.links[0].drop = {1};
    auto w = std::make_unique<sim::world<classic_tcp>>(n, classic_tcp::settings{}, classic_tcp::settings{}, sends(1000),
                                                       answers(1000));
    sim::wire_log log;
    w->watch(log);
    REQUIRE(w->open());
    CHECK(w->run());
    const auto events = log.events();
    REQUIRE(events.size() >= 5);
    CHECK(events[0].header.flags == flag::syn);
    CHECK(events[0].options.mss == 1460);
    CHECK(events[0].from == 0);
    CHECK(events[1].header.flags == (flag::syn | flag::ack));
    CHECK(events[1].from == 1);
    CHECK(events[1].sent == instant(50ms));
    CHECK(events[1].arrived == instant(100ms));
    std::size_t lost = 0, again = 0;
    for (const auto& e : events) {
        lost += e.lost() ? 1 : 0;
        again += e.retransmission ? 1 : 0;
        if (!e.lost()) CHECK(e.arrived == e.sent + 50ms);
    }
    CHECK(lost == 1);
    CHECK(again == w->client().endpoint.count().retransmitted);
    CHECK(again == 1);
}
