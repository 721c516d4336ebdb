// SPDX-License-Identifier: MIT
// The log of the wire, told by hand what a world would tell it.
#include <doctest/doctest.h>

#include <sluice/sim/wire_log.hpp>

#include "support/wire.hpp"

using namespace sluice;
using sim::packet_event;

namespace {

/// Host 0 sends to host 1, and what becomes of it is up to the test.
struct rig {
    sim::wire_log log;
    std::uint64_t sent = 40;  // the log came late: packets have been counted before

    sim::packet send(tcp_flags flags, std::uint32_t sequence, std::size_t text_length, int from = 0) {
        const std::vector<octet> text(text_length, octet{'x'});
        sim::packet p;
        p.data = lab::make_segment({ip_address::v4(10, 0, 0, 1), 5}, {ip_address::v4(10, 0, 0, 2), 6},
                                   {.sequence = seq(sequence), .flags = flags}, {}, text);
        p.number = sent++;
        tell(packet_event::sent, p, instant(duration(p.number)), from);
        return p;
    }
    void tell(packet_event what, const sim::packet& p, instant now, int from = 0) {
        log.on_packet({.now = now, .what = what, .why = sim::drop_cause::none, .from = from, .packet = p});
    }
};

}  // namespace

TEST_CASE("a segment is lost until it arrives, and of two copies the first counts") {
    rig r;
    const auto lost = r.send(flag::ack, 100, 10), arrives = r.send(flag::ack, 110, 20);
    r.tell(packet_event::dropped, lost, instant(1s));
    r.tell(packet_event::delivered, arrives, instant(2s));
    r.tell(packet_event::delivered, arrives, instant(3s));
    const auto events = r.log.events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].lost());
    CHECK(events[0].sent == instant(40ns));
    CHECK(events[0].text_length == 10);
    CHECK(events[0].header.sequence == seq(100));
    CHECK(events[1].arrived == instant(2s));
}

TEST_CASE("a corrupted copy counts as lost, its sound twin does not") {
    rig r;
    auto p = r.send(flag::ack, 100, 10);
    p.is_corrupted = true;
    r.tell(packet_event::delivered, p, instant(1s));
    CHECK(r.log.events()[0].lost());
    p.is_corrupted = false;
    r.tell(packet_event::delivered, p, instant(2s));
    CHECK(r.log.events()[0].arrived == instant(2s));
}

TEST_CASE("a retransmission begins below what its sender has sent; an empty ACK and a RST are none") {
    rig r;
    r.send(flag::syn, 99, 0);
    r.send(flag::ack, 100, 10);
    r.send(flag::ack, 5, 10, 1);  // the other's numbers are its own
    r.send(flag::ack, 100, 10);   // again
    r.send(flag::ack, 105, 10);   // half of it
    r.send(flag::ack, 100, 0);
    r.send(flag::rst, 100, 0);
    r.send(flag::ack, 115, 10);
    r.send(flag::syn, 99, 0);
    const bool expected[] = {false, false, false, true, true, false, false, false, true};
    const auto events = r.log.events();
    REQUIRE(events.size() == 9);
    for (std::size_t i = 0; i < 9; ++i) {
        CAPTURE(i);
        CHECK(events[i].retransmission == expected[i]);
    }
}

TEST_CASE("a packet that is no segment has its place in the log, without a header") {
    rig r;
    sim::packet noise;
    noise.data = {1, 2, 3};
    noise.number = r.sent++;
    r.tell(packet_event::sent, noise, instant(1s));
    const auto p = r.send(flag::ack, 100, 10);
    r.tell(packet_event::delivered, p, instant(2s));
    REQUIRE(r.log.events().size() == 2);
    CHECK(r.log.events()[0].lost());
    CHECK_FALSE(r.log.events()[1].lost());
}

TEST_CASE("of a segment that was sent twice, and dropped beyond this cable, the second one is lost") {
    rig r;
    for (const std::uint32_t sequence : {100u, 110u, 100u})
        r.tell(packet_event::delivered, r.send(flag::ack, sequence, 10), instant(1s));
    r.send(flag::ack, 100, 10, 1);  // the other end's has nothing to do with it
    r.log.lose(0, seq(100));
    r.log.lose(0, seq(300));
    CHECK(!r.log.events()[0].lost());
    CHECK(!r.log.events()[1].lost());
    CHECK(r.log.events()[2].lost());
    CHECK(r.log.events()[3].lost());
    r.log.lose(0, seq(110));
    CHECK(r.log.events()[1].lost());
    CHECK(!r.log.events()[0].lost());
}
