// SPDX-License-Identifier: MIT
// wire/ip_meta.hpp: the pseudo-headers of RFC 9293 section 3.1 and RFC 8200 section 8.1, spelled out and summed.
#include <doctest/doctest.h>

#include <sluice/wire/ip_meta.hpp>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr ip_meta v4{ip_address::v4(192, 0, 2, 1), ip_address::v4(198, 51, 100, 2)};
constexpr ip_meta v6{
    ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}), ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2})};

constexpr auto v4_spelled = test::hex("c0000201c633640200061234");
constexpr auto v6_spelled = test::hex(
    "20010db8000000000000000000000001"
    "20010db8000000000000000000000002"
    "0001123400000006");

static_assert(v4.is_v4() && !v6.is_v4());
static_assert(pseudo_header_sum(v4, 0x1234).folded() == test::textbook_sum(v4_spelled));
static_assert(pseudo_header_sum(v6, 0x11234).folded() == test::textbook_sum(v6_spelled));

}  // namespace

TEST_CASE("the pseudo-header of each family is summed as the RFC spells it") {
    CHECK(pseudo_header_sum(v4, 0x1234).folded() == test::textbook_sum(v4_spelled));
    CHECK(pseudo_header_sum(v6, 0x11234).folded() == test::textbook_sum(v6_spelled));
}

TEST_CASE("the checksum does not depend on what IP may change on the way") {
    ip_meta other = v4;
    other.dscp = 46;
    other.ecn = ecn_codepoint::ce;
    other.hop_limit = 1;
    CHECK(other != v4);
    CHECK(pseudo_header_sum(other, 20).folded() == pseudo_header_sum(v4, 20).folded());
}
