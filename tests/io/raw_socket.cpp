// SPDX-License-Identifier: MIT
// io/raw_socket.hpp: what is refused, with its remedy, and what is heard. Conversations are in interop/raw.sh.
#include <doctest/doctest.h>

#include <sluice/io/raw_socket.hpp>

#include "memory_link.hpp"
#include "own_namespace.hpp"

using namespace sluice;

TEST_CASE("An address that the kernel does not have is refused with the remedy, of either family") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    if (!apart || !apart.ip("link set lo up")) return;
    for (const ip_address& own : {here, ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2})}) {
        const auto link = io::raw_socket::open({.own = own, .first_port = 7, .last_port = 7}, *reactor);
        REQUIRE(!link);
        CHECK(link.why().text() ==
              "an address for a raw socket: Cannot assign requested address (it has to be one of the kernel's: "
              "ip address add)");
    }
}

TEST_CASE("Over the loopback: ports of others are not heard, and what was never summed is taken as partial") {
    const own_namespace apart;
    auto reactor = io::reactor::open();
    REQUIRE(reactor);
    if (!apart || !apart.ip("link set lo up")) return;
    REQUIRE(io::interface("lo").add_address({here, 32}));
    auto link = io::raw_socket::open({.own = here, .first_port = 2, .last_port = 2}, *reactor);
    REQUIRE(link);
    auto deaf = io::raw_socket::open({.own = here, .first_port = 3, .last_port = 9}, *reactor);
    REQUIRE(deaf);
    const auto text = text_of(100);
    tx_packet p = data_packet(text, 0, here, here);
    CHECK(link->transmit(std::span(&p, 1)) == 1);
    p.is_finished = true;  // which leaves the pseudo-header's sum in it
    CHECK(link->transmit(std::span(&p, 1)) == 1);
    CHECK(link->count().packets_out == 2);
    std::array<rx_packet, 4> room;
    std::vector<checksum_state> states;
    const instant end = io::monotonic_now() + 1min;
    while (states.size() < 2 && io::monotonic_now() < end) {
        const std::size_t count = link->receive(room);
        for (std::size_t i = 0; i < count; ++i) {
            states.push_back(room[i].checksum);
            if (states.size() == 1) CHECK(room[i].data.size() == p.length());
        }
        link->wait(io::monotonic_now() + 10ms);
    }
    CHECK(states == std::vector{checksum_state::unknown, checksum_state::partial});
    CHECK(deaf->receive(room) == 0);
}
