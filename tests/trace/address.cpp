// SPDX-License-Identifier: MIT
// trace/address.hpp: RFC 5952's own examples.
#include <doctest/doctest.h>

#include <sluice/trace/address.hpp>

using namespace sluice;
using trace::text;

TEST_CASE("IPv4 addresses are four decimal numbers") {
    CHECK(text(ip_address::v4(198, 18, 0, 255)) == "198.18.0.255");
    CHECK(text(ip_address::v4(0, 0, 0, 0)) == "0.0.0.0");
}

TEST_CASE("IPv6 addresses are written as RFC 5952 section 4 wants it") {
    const auto v6 = [](const std::array<std::uint16_t, 8>& groups) { return text(ip_address::v6(groups)); };
    CHECK(v6({0x2001, 0xdb8, 0, 0, 0, 0, 2, 1}) == "2001:db8::2:1");             // 4.2.1
    CHECK(v6({0x2001, 0xdb8, 0, 1, 1, 1, 1, 1}) == "2001:db8:0:1:1:1:1:1");      // 4.2.2: not one group alone
    CHECK(v6({0x2001, 0, 0, 1, 0, 0, 0, 1}) == "2001:0:0:1::1");                 // 4.2.3: the longest
    CHECK(v6({0x2001, 0xdb8, 0, 0, 1, 0, 0, 1}) == "2001:db8::1:0:0:1");         // 4.2.3: the first of equals
    CHECK(v6({0x2001, 0xdb8, 0xaaaa, 0xbbbb, 0xcccc, 0xdddd, 0xeeee, 0xaaa}) ==
          "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaa");
    CHECK(v6({0, 0, 0, 0, 0, 0, 0, 0}) == "::");
    CHECK(v6({0, 0, 0, 0, 0, 0, 0, 1}) == "::1");
    CHECK(v6({0xfe80, 0, 0, 0, 0, 0, 0, 0}) == "fe80::");
    CHECK(v6({1, 0, 0, 0, 0, 0, 0, 8}) == "1::8");
}

TEST_CASE("sockets have their port behind a colon, and IPv6 stands in brackets") {
    CHECK(text(socket_address{ip_address::v4(198, 18, 0, 1), 80}) == "198.18.0.1:80");
    CHECK(text(socket_address{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 443}) == "[fd00::1]:443");
    CHECK(text(socket_address{{}, 80}) == "*:80");
    CHECK(text(socket_address{}) == "*:*");
}
