// SPDX-License-Identifier: MIT
// What a router does to a header: RFC 1812 sections 5.2.2 and 5.3.1, RFC 8200 section 3.
#include <doctest/doctest.h>

#include <vector>

#include <sluice/sim/router.hpp>

#include "post_box.hpp"
#include "support/octets.hpp"
#include "support/wire.hpp"

using namespace sluice;
using sim::hop;
using sim::take_hop;

namespace {

const ip_address here = ip_address::v4(192, 0, 2, 1), there = ip_address::v4(198, 51, 100, 7);
const ip_address here6 = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1});
const ip_address there6 = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2});

std::vector<octet> packet(const ip_address& from, const ip_address& to, std::uint8_t hop_limit) {
    return lab::octets_of(post::letter(from, to, 100, hop_limit));
}

}  // namespace

TEST_CASE("each hop takes one from the TTL, and the header's checksum stays right, down to the last") {
    std::vector<octet> p = packet(here, there, 255);
    for (int left = 254; left >= 1; --left) {
        const std::vector<octet> before = p;
        REQUIRE(take_hop(p) == hop::taken);
        CHECK(p[8] == left);
        CHECK(test::textbook_sum(octets(p).first(20)) == 0xffff);
        CHECK(destination_of(p) == there);
        for (std::size_t i = 0; i < p.size(); ++i)
            if (i != 8 && i != 10 && i != 11) REQUIRE(p[i] == before[i]);
    }
    const std::vector<octet> last = p;
    CHECK(take_hop(p) == hop::expired);
    CHECK(p == last);
}

TEST_CASE("a packet whose TTL is 0 already is not forwarded either") {
    std::vector<octet> p = packet(here, there, 0), p6 = packet(here6, there6, 0);
    CHECK(take_hop(p) == hop::expired);
    CHECK(take_hop(p6) == hop::expired);
}

TEST_CASE("the checksum is updated for every value that it can have") {
    std::vector<octet> p = packet(here, there, 64);
    for (std::uint32_t identification = 0; identification < 0x10000; ++identification) {
        store_be16(p.data() + 4, static_cast<std::uint16_t>(identification));
        p[8] = 64;
        store_be16(p.data() + 10, 0);
        store_be16(p.data() + 10, static_cast<std::uint16_t>(~test::textbook_sum(octets(p).first(20))));
        REQUIRE(take_hop(p) == hop::taken);
        REQUIRE(test::textbook_sum(octets(p).first(20)) == 0xffff);
    }
}

TEST_CASE("IPv6 has a hop limit, and no checksum to keep right") {
    std::vector<octet> p = packet(here6, there6, 2), expected = p;
    expected[7] = 1;
    CHECK(take_hop(p) == hop::taken);
    CHECK(p == expected);
    CHECK(destination_of(p) == there6);
    CHECK(take_hop(p) == hop::expired);
}

TEST_CASE("a header that is damaged anywhere is not forwarded, damage behind it is TCP's business") {
    const std::vector<octet> good = packet(here, there, 64);
    constexpr std::size_t makes_it_ipv6 = 5;  // with an address of nobody's, out of IPv4's header and TCP's
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        if (bit == makes_it_ipv6) continue;
        std::vector<octet> p = good;
        p[bit / 8] = static_cast<octet>(p[bit / 8] ^ 1u << bit % 8);
        CAPTURE(bit);
        CHECK(take_hop(p) == (bit < 20 * 8 ? hop::malformed : hop::taken));
    }
}

TEST_CASE("what is too short for a header, or of another version, is not forwarded") {
    std::vector<octet> p = packet(here, there, 64), p6 = packet(here6, there6, 64);
    const std::vector<octet> copy = test::heap(octets(p).first(19)), copy6 = test::heap(octets(p6).first(39));
    std::vector<octet> shorter = copy, shorter6 = copy6, nothing;
    CHECK(take_hop(shorter) == hop::malformed);
    CHECK(take_hop(shorter6) == hop::malformed);
    CHECK(take_hop(nothing) == hop::malformed);
    p6[0] = 0x50;
    CHECK(take_hop(p6) == hop::malformed);
    // A header of 24 octets in a packet of 20, and one of 16, each with a right checksum.
    for (const octet words : {octet{6}, octet{4}}) {
        std::vector<octet> q = test::heap(octets(p).first(20));
        q[0] = static_cast<octet>(0x40 | words);
        store_be16(q.data() + 10, 0);
        const std::size_t summed = words == 4 ? 16 : 20;
        store_be16(q.data() + 10, static_cast<std::uint16_t>(~test::textbook_sum(octets(q).first(summed))));
        CHECK(take_hop(q) == hop::malformed);
    }
}

TEST_CASE("options in an IPv4 header are part of what the checksum covers") {
    std::vector<octet> p = packet(here, there, 64);
    p[0] = 0x46;  // the first four octets behind are taken for options
    store_be16(p.data() + 10, 0);
    store_be16(p.data() + 10, static_cast<std::uint16_t>(~test::textbook_sum(octets(p).first(24))));
    CHECK(take_hop(p) == hop::taken);
    CHECK(test::textbook_sum(octets(p).first(24)) == 0xffff);
    p[20] ^= 1;
    CHECK(take_hop(p) == hop::malformed);
}
