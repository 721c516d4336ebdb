// SPDX-License-Identifier: MIT
// wire/address.hpp: both families in one value, and which addresses can stand for one host.
#include <doctest/doctest.h>

#include <sluice/wire/address.hpp>

#include "support/octets.hpp"

namespace {

// Any address, as -Wextra lets one write it.
static_assert(sluice::socket_address{.port = 80} == sluice::socket_address{{}, 80});

using namespace sluice;

constexpr ip_address v4 = ip_address::v4(192, 0, 2, 1);
constexpr ip_address v6 = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1});

static_assert(v4.is_v4() && !v6.is_v4());
static_assert(v4.octets == test::hex("00000000000000000000ffffc0000201"), "RFC 4291 section 2.5.5.2");
static_assert(v6.octets == test::hex("20010db8000000000000000000000001"));
static_assert(ip_address::v4(test::hex("c0000201")) == v4);
static_assert(ip_address::v6(test::hex("20010db8000000000000000000000001")) == v6);
static_assert(v4.in_header().size() == 4 && v6.in_header().size() == 16);
static_assert(!v4.is_unspecified() && !v4.is_multicast() && !v4.is_broadcast() && v4.is_host());

}  // namespace

TEST_CASE("an address keeps the octets of its own family's header") {
    CHECK(test::heap(v4.in_header()) == std::vector<octet>{192, 0, 2, 1});
    CHECK(test::heap(v6.in_header()) == test::heap(v6.octets));
    // Mapped is exactly the prefix ::ffff:0:0/96: any other bit in it makes an IPv6 address.
    for (std::size_t bit = 0; bit < 96; ++bit) {
        ip_address other = v4;
        other.octets[bit / 8] ^= static_cast<octet>(1 << bit % 8);
        CHECK_FALSE(other.is_v4());
        CHECK(other != v4);
    }
}

TEST_CASE("unspecified, multicast and limited broadcast addresses are no hosts, their neighbours are") {
    struct row {
        ip_address address;
        bool unspecified, multicast, broadcast;
    };
    // clang-format off
    const std::array<row, 14> rows{{
        {ip_address{},                                   true,  false, false},
        {ip_address::v4(0, 0, 0, 0),                     true,  false, false},
        {ip_address::v4(0, 0, 0, 1),                     false, false, false},
        {ip_address::v6({0, 0, 0, 0, 0, 0, 0, 1}),       false, false, false},
        {ip_address::v4(127, 0, 0, 1),                   false, false, false},
        {ip_address::v4(223, 255, 255, 255),             false, false, false},
        {ip_address::v4(224, 0, 0, 0),                   false, true,  false},
        {ip_address::v4(239, 255, 255, 255),             false, true,  false},
        {ip_address::v4(240, 0, 0, 0),                   false, false, false},
        {ip_address::v4(255, 255, 255, 254),             false, false, false},
        {ip_address::v4(255, 255, 255, 255),             false, false, true },
        {ip_address::v6({0xff02, 0, 0, 0, 0, 0, 0, 1}),  false, true,  false},
        {ip_address::v6({0xfeff, 0, 0, 0, 0, 0, 0, 1}),  false, false, false},
        {ip_address::v6({0xe000, 0, 0, 0, 0, 0, 0, 1}),  false, false, false},
    }};
    // clang-format on
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(i);
        CHECK(rows[i].address.is_unspecified() == rows[i].unspecified);
        CHECK(rows[i].address.is_multicast() == rows[i].multicast);
        CHECK(rows[i].address.is_broadcast() == rows[i].broadcast);
        CHECK(rows[i].address.is_host() == !(rows[i].unspecified || rows[i].multicast || rows[i].broadcast));
    }
}

TEST_CASE("sockets are equal in address and port together") {
    CHECK(socket_address{v4, 80} == socket_address{v4, 80});
    CHECK(socket_address{v4, 80} != socket_address{v4, 81});
    CHECK(socket_address{v4, 80} != socket_address{v6, 80});
}
