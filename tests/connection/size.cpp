// SPDX-License-Identifier: MIT
// How many octets a connection is, whole, and the parts of it that were made small: who adds a member sees here what it
// costs a million of them. Buffers, records and intervals are elsewhere while it rests (stack/million_long.cpp).
#include <doctest/doctest.h>

#include <sluice/connection/endpoint.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/options/mtu_probing.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>

namespace {

using namespace sluice;

constexpr bool is_64_bit = sizeof(void*) == 8;

template <class Part>
constexpr bool is_of(std::size_t octets) {
    return !is_64_bit || sizeof(Part) == octets;
}

static_assert(is_of<tcp<>::connection>(1368));
static_assert(is_of<tcp<reno, sack_recovery>::connection>(1032));

// What is not chosen takes no room: the search for a path's MTU.
static_assert(is_of<tcp<mtu_probing>::connection>(1368 + 24));

// clang-format off
static_assert(is_of<cubic>(184) && is_of<reno>(72) && is_of<window_validation>(40) && is_of<hystart>(32));
static_assert(is_of<rfc6298>(72));
static_assert(is_of<rack_tlp>(272) && is_of<sack_recovery>(48) && is_of<newreno_recovery>(28) && is_of<undo>(72));
static_assert(is_of<delayed_ack>(16));
static_assert(is_of<path_books>(24) && is_of<mtu_probes>(24));
static_assert(is_of<timestamps>(24) && is_of<sack_report>(28) && is_of<scoreboard>(36));
static_assert(is_of<receive_tuning>(40) && is_of<pacer>(16));
static_assert(is_of<in_flight<growable_buffers::records>>(112));
static_assert(is_of<reassembly<growable_buffers::intervals>>(24));
// clang-format on

}  // namespace

TEST_CASE("a new conversation leaves alone what lies in the padding of the old one's variables") {
    control_block<tcp<>> c;
    c.state = state::listen;
    c.error = error::reset;
    c.tell(news::readable);
    c.owned = false;
    c.listen_on({ip_address{}, 80});
    c.fin_queued = c.agreed.sack = true;
    c.challenges = 7;
    static_cast<conversation_block<tcp<>>&>(c) = {};
    CHECK(!c.fin_queued);
    CHECK_FALSE(c.agreed.sack);
    CHECK(c.challenges == 0);
    CHECK(c.state == state::listen);
    CHECK(c.error == error::reset);
    CHECK(c.pending_news.has(news::readable));
    CHECK_FALSE(c.owned);
    CHECK(c.listens_on_any);
    CHECK(c.local.port == 80);
}

TEST_CASE("LISTEN is gone back to as it was opened: on one of our addresses, or on any") {
    const ip_address ours = ip_address::v4(10, 0, 0, 1), another = ip_address::v4(10, 0, 0, 2);
    control_block<tcp<>> c;
    c.listen_on({ours, 80});
    c.local = {ours, 80};
    CHECK(c.listening_on() == socket_address{ours, 80});
    for (const ip_address& any : {ip_address{}, ip_address::v4(0, 0, 0, 0)}) {
        c.listen_on({any, 80});
        c.local = {another, 80};  // a SYN has come
        CHECK(c.listening_on() == socket_address{{}, 80});
    }
}
