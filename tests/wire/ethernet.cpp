// SPDX-License-Identifier: MIT
// wire/ethernet.hpp: RFC 894, RFC 2464.
#include <doctest/doctest.h>

#include <sluice/wire/ethernet.hpp>

#include "support/octets.hpp"

using namespace sluice;

TEST_CASE("An Ethernet header is destination, source, type, and is read as it was written") {
    const ethernet_header header{{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}, ethernet_header::ipv6};
    std::array<octet, 14> out{};
    header.write(out);
    CHECK(out == test::hex("020000000001"
                           "020000000002"
                           "86dd"));
    CHECK(ethernet_header::read(out) == header);
}

TEST_CASE("Groups and stations are told apart by one bit; nobody has the address zero") {
    CHECK(hardware_address::broadcast().is_group());
    CHECK(hardware_address{{0x33, 0x33, 0, 0, 0, 1}}.is_group());
    CHECK(hardware_address{{2, 0, 0, 0, 0, 1}}.is_station());
    CHECK_FALSE(hardware_address{}.is_station());
    CHECK_FALSE(hardware_address::broadcast().is_station());
}

TEST_CASE("RFC 2464 section 7: a group's frames go to 33:33 and its last four octets") {
    const auto group = ip_address::v6({0xff02, 0, 0, 0, 0, 1, 0xff28, 0x9c5a});
    CHECK(hardware_address::of_group(group) == hardware_address{{0x33, 0x33, 0xff, 0x28, 0x9c, 0x5a}});
}
