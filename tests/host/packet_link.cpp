// SPDX-License-Identifier: MIT
// host/packet_link.hpp: what is a link and what is none.
#include <doctest/doctest.h>

#include <sluice/host/packet_link.hpp>

namespace {

using namespace sluice;

struct whole {
    instant now() { return {}; }
    link_capabilities capabilities() const { return {}; }
    std::size_t receive(std::span<rx_packet>) { return 0; }
    std::size_t transmit(std::span<const tx_packet>) { return 0; }
    void wait(instant) {}
};
static_assert(packet_link<whole>);

struct without_clock : whole {
    void now() = delete;
};
struct without_capabilities : whole {
    void capabilities() = delete;
};
struct that_takes_all : whole {
    void transmit(std::span<const tx_packet>) {}
};
struct that_takes_octets : whole {
    std::size_t receive(mutable_octets) { return 0; }
};
struct that_waits_for_a_while : whole {
    void wait(duration) {}
};
static_assert(!packet_link<without_clock> && !packet_link<without_capabilities> && !packet_link<that_takes_all> &&
              !packet_link<that_takes_octets> && !packet_link<that_waits_for_a_while>);

}  // namespace

TEST_CASE("a link that says nothing of itself is an Ethernet without offloads") {
    const link_capabilities plain = whole().capabilities();
    CHECK(plain.mtu == 1500);  // RFC 894
    CHECK(plain.largest_super_segment == 0);
    CHECK_FALSE(plain.virtual_payload);
}
