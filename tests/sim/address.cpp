// SPDX-License-Identifier: MIT
// Nodes and their addresses, there and back.
#include <doctest/doctest.h>

#include <sluice/sim/address.hpp>

using namespace sluice;
using sim::address_of;
using sim::node_at;

TEST_CASE("nodes have addresses of the network for measurements, or unique local ones") {
    CHECK(address_of(0, false) == ip_address::v4(198, 18, 0, 1));
    CHECK(address_of(254, false) == ip_address::v4(198, 18, 0, 255));
    CHECK(address_of(255, false) == ip_address::v4(198, 18, 1, 0));
    CHECK(address_of(sim::most_nodes - 1, false) == ip_address::v4(198, 19, 255, 254));
    CHECK(address_of(0, true) == ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}));
    CHECK(address_of(0x10000, true) == ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 1, 1}));
}

TEST_CASE("an address leads back to its node, and no other address to any") {
    for (const bool ipv6 : {false, true})
        for (const std::uint32_t node : {0u, 1u, 253u, 254u, 255u, 65535u, sim::most_nodes - 1})
            CHECK(node_at(address_of(node, ipv6)) == node);
    CHECK_FALSE(node_at(ip_address::v4(198, 18, 0, 0)));
    CHECK_FALSE(node_at(ip_address::v4(198, 19, 255, 255)));
    CHECK_FALSE(node_at(ip_address::v4(198, 17, 255, 255)));
    CHECK_FALSE(node_at(ip_address::v4(198, 20, 0, 1)));
    CHECK_FALSE(node_at(ip_address::v4(255, 255, 255, 255)));
    CHECK_FALSE(node_at(ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 0})));
    CHECK_FALSE(node_at(ip_address::v6({0xfd01, 0, 0, 0, 0, 0, 0, 1})));
    CHECK_FALSE(node_at(ip_address::v6({0xfd00, 0, 0, 1, 0, 0, 0, 1})));
    CHECK_FALSE(node_at(ip_address{}));
}
