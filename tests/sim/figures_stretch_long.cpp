// SPDX-License-Identifier: MIT
//
// An ACK for 2, 4, 16 or 64 segments is worth that many (RFC 3465): slow start takes the same number of round trips to
// a megabyte as with one for each, however few ACKs there are. The limit of section 2.2, L, is off. What is left over
// of a flight is acknowledged by a timer of a microsecond, so that waiting for it costs no round trip.
#include <doctest/doctest.h>

#include <sluice/policy/ack/delayed_ack.hpp>

#include "figures.hpp"

using namespace sluice;

namespace {

constexpr duration round_trip = 100ms;
constexpr std::uint64_t megabyte = 1'000'000;

/// The peer's application. Octets that are there have arrived; they are not read, so that no ACK tells of room.
struct unread {
    instant complete = never;
    std::uint64_t packets_sent = 0;  // by then
    void step(auto& endpoint, instant now) {
        if (complete != never || endpoint.readable() < megabyte) return;
        complete = now;
        packets_sent = endpoint.count().segments_out;
    }
};

/// Doubling: so many round trips until this window, in octets, has brought a megabyte with those before it.
constexpr int rounds_of_slow_start(std::uint64_t window) {
    int rounds = 0;
    for (std::uint64_t brought = 0; brought < megabyte; window *= 2) brought += window, ++rounds;
    return rounds;
}
static_assert(rounds_of_slow_start(14'600) == 7);

/// Round trips to a megabyte, but for the handshake's.
template <class Congestion>
int rounds_to_a_megabyte(std::uint8_t every, std::uint8_t limit) {
    using tcp_of = tcp<Congestion, rack_tlp, phantom_buffers>;
    typename tcp_of::settings s;
    s.ack = {.delay = 1us, .every = every, .quick_start = 0};
    if constexpr (requires { s.congestion.slow_start; })
        s.congestion.slow_start.limit = limit;
    else
        s.congestion.slow_start_limit = limit;
    const sim::link_settings way{.delay = round_trip / 2};
    sim::world<tcp_of, tcp_of, sim::endless_source, unread> world({.links = {way, way}}, s, s, {.has_begun = true});
    REQUIRE(world.open());
    while (world.server().application.complete == never && world.now() < figures::time_limit)
        world.run(world.now() + round_trip);
    REQUIRE(world.server().application.complete != never);

    const unread& peer = world.server().application;
    const double segments = static_cast<double>(megabyte) / world.client().endpoint.connection().variables().mss;
    const double segments_an_ack = segments / static_cast<double>(peer.packets_sent - 1);  // one was the SYN
    // The first flight arrives one and a half round trips from the beginning.
    const auto rounds = static_cast<int>((peer.complete.time_since_epoch() - round_trip / 2) / round_trip);
    MESSAGE(std::string(Congestion::name), ", one ACK for up to ", every, " segments, and for ", segments_an_ack,
            " on average, L = ", limit, ": ", rounds, " round trips");
    CHECK(world.client().endpoint.count().retransmitted == 0);
    if (limit == 0) CHECK(segments_an_ack >= every * 0.7);  // it is what it says it is
    return rounds;
}

constexpr std::uint8_t stretches[] = {2, 4, 16, 64};

}  // namespace

TEST_CASE_TEMPLATE("one ACK for 2, 4, 16, 64 segments: seven round trips to a megabyte, as for each segment",
                   Congestion, reno, cubic) {
    CHECK(rounds_to_a_megabyte<Congestion>(1, 0) == rounds_of_slow_start(14'480));
    for (const std::uint8_t every : stretches)
        CHECK(rounds_to_a_megabyte<Congestion>(every, 0) == rounds_of_slow_start(14'480));
}

TEST_CASE_TEMPLATE("control: where an ACK counts for one segment, whatever it acknowledges (L = 1), it takes longer",
                   Congestion, reno, cubic) {
    for (const std::uint8_t every : stretches)
        CHECK(rounds_to_a_megabyte<Congestion>(every, 1) > rounds_of_slow_start(14'480));
}
