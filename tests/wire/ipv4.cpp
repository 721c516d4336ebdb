// SPDX-License-Identifier: MIT
// wire/ipv4.hpp: RFC 791 section 3.1, field by field, and everything that is no whole TCP datagram.
#include <doctest/doctest.h>

#include <sluice/wire/ipv4.hpp>

#include "parsed.hpp"
#include "support/octets.hpp"

namespace {

using namespace sluice;

// clang-format off
constexpr ip_meta meta{.source = ip_address::v4(192, 0, 2, 1), .destination = ip_address::v4(198, 51, 100, 2),
                       .dscp = 46, .ecn = ecn_codepoint::ect0, .hop_limit = 61};
// clang-format on

using packet = std::vector<octet>;

/// A datagram with the header of `meta`, `options` octets of IP options and `payload` octets.
packet datagram(std::size_t options = 0, std::size_t payload = 20) {
    packet out(20 + options + payload, octet{1});  // as an option, 1 is "no operation"
    ipv4::write(meta, out.size(), out);
    out[0] = static_cast<octet>(0x45 + options / 4);
    return out;
}
/// Makes the header checksum right again, without help from what is tested.
void mend(packet& p) {
    store_be16(p.data() + 10, 0);
    const std::size_t length = std::min<std::size_t>((p[0] & 0xfu) * 4u, p.size());
    store_be16(p.data() + 10, static_cast<std::uint16_t>(~test::textbook_sum(octets(p).first(length))));
}
bool parses(packet p) {
    mend(p);
    return test::parse_v4(p, p.size()).has_value();
}

constexpr std::array<octet, 20> written() {
    std::array<octet, 20> out{};
    ipv4::write(meta, 60, out);
    return out;
}
static_assert(test::parse_v4(written(), 60)->meta == meta);

}  // namespace

TEST_CASE("an IPv4 header is written as RFC 791 draws it, with DF") {
    // The checksum: 45ba+003c+0000+4000+3d06+c000+0201+c633+6402 = 2af32, folded af34, complement 50cb.
    CHECK(written() == test::hex("45ba003c000040003d0650cbc0000201c6336402"));
}

TEST_CASE("the textbook header verifies, and any flipped bit of a header is noticed") {
    auto known = test::hex("45000073000040004006b86cc0a80001c0a800c7");  // b861 with UDP's 17; TCP's 6 is 11 less
    REQUIRE(test::parse_v4(known, 0x73));
    CHECK(test::parse_v4(known, 0x73)->meta.source == ip_address::v4(192, 168, 0, 1));
    CHECK(test::parse_v4(known, 0x73)->meta.destination == ip_address::v4(192, 168, 0, 199));
    CHECK(test::parse_v4(known, 0x73)->meta.hop_limit == 64);
    CHECK(test::parse_v4(known, 0x73)->header_length == 20);
    CHECK(test::parse_v4(known, 0x73)->total_length == 0x73);
    const packet whole = datagram();
    for (std::size_t bit = 0; bit < 160; ++bit) {
        packet p = whole;
        p[bit / 8] ^= static_cast<octet>(1 << bit % 8);
        CHECK_FALSE(test::parse_v4(p, p.size()));
    }
}

TEST_CASE("each Diffserv value and ECN codepoint goes through unchanged") {
    for (unsigned traffic_class = 0; traffic_class < 256; ++traffic_class) {
        ip_meta other = meta;
        other.dscp = static_cast<octet>(traffic_class >> 2);
        other.ecn = static_cast<ecn_codepoint>(traffic_class & 3);
        packet p(20);
        ipv4::write(other, 20, p);
        CHECK(p[1] == traffic_class);
        REQUIRE(test::parse_v4(p, 20));
        CHECK(test::parse_v4(p, 20)->meta == other);
    }
}

TEST_CASE("MUST-50 IP options are skipped, whatever is in them") {
    seeded_random numbers(81);
    for (std::size_t options = 0; options <= 40; options += 4) {
        packet p = datagram(options);
        for (std::size_t i = 20; i < 20 + options; ++i) p[i] = static_cast<octet>(numbers.bits());
        mend(p);
        const auto parsed = test::parse_v4(p, p.size());
        REQUIRE(parsed);
        CHECK(parsed->header_length == 20 + options);
        CHECK(parsed->total_length == 40 + options);
        CHECK(parsed->meta == meta);
    }
}

TEST_CASE("every other version, header length below 20 and header past the end is refused") {
    for (unsigned first = 0; first < 256; ++first) {
        packet p = datagram(0, 20);
        p[0] = static_cast<octet>(first);
        const bool good = first >= 0x45 && first <= 0x4a;  // 40 octets hold a header of 40 at most
        CHECK(parses(p) == good);
    }
}

TEST_CASE("fragments, other protocols and total lengths that can't be are refused") {
    for (unsigned fragment = 0; fragment <= 0xffff; ++fragment) {
        packet p = datagram();
        store_be16(p.data() + 6, static_cast<std::uint16_t>(fragment));
        if (parses(p) != ((fragment & 0x3fff) == 0)) FAIL_CHECK("fragment field " << fragment);
    }
    for (unsigned protocol = 0; protocol < 256; ++protocol) {
        packet p = datagram();
        p[9] = static_cast<octet>(protocol);
        CHECK(parses(p) == (protocol == 6));
    }
    for (unsigned total = 0; total <= 0xffff; ++total) {
        packet p = datagram(8, 20);
        store_be16(p.data() + 2, static_cast<std::uint16_t>(total));
        if (parses(p) != (total >= 28 && total <= 48)) FAIL_CHECK("total length " << total);
    }
}

TEST_CASE("a header cut short anywhere is refused; of virtual payload the headers are enough") {
    const packet whole = [] {
        packet p = datagram(12, 20);
        mend(p);
        return p;
    }();
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const packet cut = test::heap(octets(whole).first(length));
        CHECK_FALSE((length < whole.size() && test::parse_v4(cut, length)));
        CHECK(test::parse_v4(cut, whole.size()).has_value() == (length >= 32));
    }
}

TEST_CASE("what the link padded behind the datagram is not part of it") {
    packet p = datagram(0, 20);
    p.resize(64, octet{0xee});
    REQUIRE(test::parse_v4(p, 64));
    CHECK(test::parse_v4(p, 64)->total_length == 40);
}

TEST_CASE("of other protocols and of fragments it is read what they are") {
    for (const unsigned field : {0x0000u, 0x4000u, 0x2000u, 0x0001u}) {
        for (const octet protocol : {octet{1}, octet{6}, octet{17}}) {
            packet p = datagram();
            p[9] = protocol;
            store_be16(p.data() + 6, static_cast<std::uint16_t>(field));
            mend(p);
            ip_meta read;
            const ip_extent extent = ipv4::read_any(p, p.size(), read);
            CHECK(extent.header_length == 20);
            CHECK(extent.protocol == protocol);
            CHECK(extent.is_fragment == ((field & 0x3fff) != 0));
            CHECK(read == meta);
            CHECK((ipv4::read(p, p.size(), read).header_length == 20) == (protocol == 6 && !extent.is_fragment));
        }
    }
}
