// SPDX-License-Identifier: MIT
//
// Addresses as text, and as the system's calls have them.
#include <doctest/doctest.h>

#include <sluice/io/address_text.hpp>
#include <sluice/io/socket_name.hpp>

using namespace sluice;

TEST_CASE("Addresses and prefixes are read as people write them, and nothing else is") {
    CHECK(io::read_address("198.18.0.2") == ip_address::v4(198, 18, 0, 2));
    CHECK(io::read_address("fd00::2") == ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}));
    CHECK(io::read_prefix("198.18.0.2/24")->length == 24);
    CHECK(io::read_prefix("fd00::2")->length == 128);
    for (const char* wrong : {"", "198.18.0", "198.18.0.2/33", "198.18.0.2/", "198.18.0.2/x", "fd00::/129", "host"})
        CHECK(!io::read_prefix(wrong));
}

TEST_CASE("A socket's address is the system's, there and back") {
    for (const socket_address& each : {socket_address{ip_address::v4(127, 0, 0, 1), 80},
                                       socket_address{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2}), 65535}})
        CHECK(io::socket_name(each).value() == each);
    CHECK(io::socket_name({ip_address::v4(1, 2, 3, 4), 5}).length() == sizeof(sockaddr_in));
}
