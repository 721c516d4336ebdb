// SPDX-License-Identifier: MIT
// wire/ipv6.hpp: RFC 8200 sections 3 and 4, field by field, and chains of extension headers good and bad.
#include <doctest/doctest.h>

#include <sluice/wire/ipv6.hpp>

#include "parsed.hpp"
#include "support/octets.hpp"

namespace {

using namespace sluice;

// clang-format off
constexpr ip_meta meta{.source = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}),
                       .destination = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2}),
                       .dscp = 46, .ecn = ecn_codepoint::ect0, .hop_limit = 61};
// clang-format on

using packet = std::vector<octet>;

struct extension {
    octet kind;
    std::size_t length;  // a multiple of eight
};

/// A datagram with these extension headers and `payload` octets.
packet datagram(std::initializer_list<extension> extensions = {}, std::size_t payload = 20) {
    packet out(40);
    std::size_t next = 6;  // where the kind of the next header stands
    for (const auto& [kind, length] : extensions) {
        out[next] = kind;
        next = out.size();
        out.resize(out.size() + length, octet{0});
        out[next + 1] = static_cast<octet>(length / 8 - 1);
    }
    out.resize(out.size() + payload, octet{0});
    const octet first = out[6];
    ipv6::write(meta, out.size(), out);
    if (next != 6) out[6] = first;
    out[next] = 6;
    return out;
}
bool parses(const packet& p) { return test::parse_v6(p, p.size()).has_value(); }

constexpr std::array<octet, 40> written() {
    std::array<octet, 40> out{};
    ipv6::write(meta, 60, out);
    return out;
}
static_assert(test::parse_v6(written(), 60)->meta == meta);

}  // namespace

TEST_CASE("an IPv6 header is written as RFC 8200 draws it") {
    CHECK(written() == test::hex("6ba000000014063d"
                                 "20010db8000000000000000000000001"
                                 "20010db8000000000000000000000002"));
}

TEST_CASE("each traffic class goes through unchanged, and a flow label does not disturb it") {
    for (unsigned traffic_class = 0; traffic_class < 256; ++traffic_class) {
        ip_meta other = meta;
        other.dscp = static_cast<octet>(traffic_class >> 2);
        other.ecn = static_cast<ecn_codepoint>(traffic_class & 3);
        packet p(40);
        ipv6::write(other, 40, p);
        CHECK(load_be32(p.data()) == (0x60000000u | traffic_class << 20));
        p[1] |= 0x0f;
        p[2] = p[3] = 0xff;
        REQUIRE(parses(p));
        CHECK(test::parse_v6(p, 40)->meta == other);
    }
}

TEST_CASE("every other version and every unknown next header is refused") {
    for (unsigned version = 0; version < 16; ++version) {
        packet p = datagram();
        p[0] = static_cast<octet>(version << 4);
        CHECK(parses(p) == (version == 6));
    }
    for (unsigned next = 0; next < 256; ++next) {
        packet p = datagram({{60, 8}});
        p[6] = static_cast<octet>(next);
        // As TCP begins at once, or as one of four extension headers that TCP follows: all 0 is an atomic fragment.
        CHECK(parses(p) == (next == 6 || next == 0 || next == 43 || next == 44 || next == 60));
    }
}

TEST_CASE("extension headers of any length are walked through, in chains too") {
    for (std::size_t length = 8; length <= 2048; length += 8) {
        const packet p = datagram({{60, length}});
        REQUIRE(parses(p));
        CHECK(test::parse_v6(p, p.size())->header_length == 40 + length);
        CHECK(test::parse_v6(p, p.size())->total_length == 60 + length);
    }
    const packet chain = datagram({{0, 16}, {60, 8}, {43, 24}, {60, 40}});
    REQUIRE(parses(chain));
    CHECK(test::parse_v6(chain, chain.size())->header_length == 128);
    CHECK(test::parse_v6(chain, chain.size())->meta == meta);
}

TEST_CASE("a routing header counts as read only when its route is used up") {
    packet p = datagram({{43, 24}});
    CHECK(parses(p));
    for (unsigned left = 1; left < 256; ++left) {
        p[40 + 3] = static_cast<octet>(left);
        CHECK_FALSE(parses(p));
    }
}

TEST_CASE("an atomic fragment is a whole datagram (RFC 6946), any other fragment ends the walk, wherever it stands") {
    struct chain {
        packet p;
        std::size_t fragment_at;
    };
    for (auto& [p, at] : {chain{datagram({{44, 8}}), 40}, chain{datagram({{0, 8}, {44, 8}}), 48},
                          chain{datagram({{44, 8}, {60, 16}}), 40}}) {
        packet q = p;
        for (unsigned field = 0; field <= 0xffff; ++field) {  // offset in units of 8 octets, 2 reserved bits, M
            store_be16(q.data() + at + 2, static_cast<std::uint16_t>(field));
            if (parses(q) != (field >> 3 == 0 && (field & 1) == 0)) FAIL_CHECK("offset and flags " << field);
        }
        // Its second octet is reserved, and no length; its last four are an identification.
        for (const std::size_t free_to_be_anything : {1u, 4u, 5u, 6u, 7u}) {
            q = p;
            q[at + free_to_be_anything] = 0xff;
            REQUIRE(parses(q));
            CHECK(test::parse_v6(q, q.size())->header_length == q.size() - 20);
        }
    }
}

TEST_CASE("headers cut short anywhere are refused; of virtual payload the headers are enough") {
    const packet whole = datagram({{0, 8}, {60, 16}});
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const packet cut = test::heap(octets(whole).first(length));
        CHECK_FALSE((length < whole.size() && test::parse_v6(cut, length)));
        CHECK(test::parse_v6(cut, whole.size()).has_value() == (length >= 64));
    }
}

TEST_CASE("payload lengths past the packet's end, or within the extension headers, are refused") {
    for (unsigned payload = 0; payload <= 0xffff; ++payload) {
        packet p = datagram({{60, 16}});
        store_be16(p.data() + 4, static_cast<std::uint16_t>(payload));
        if (parses(p) != (payload >= 16 && payload <= 36)) FAIL_CHECK("payload length " << payload);
    }
}

TEST_CASE("extension headers whose lengths are anything never lead past the end") {
    packet p = datagram({{0, 8}, {43, 16}, {60, 8}});
    for (unsigned length = 0; length < 256; ++length)
        for (const std::size_t at : {41u, 49u, 65u}) {
            packet changed = p;
            changed[at] = static_cast<octet>(length);
            const packet exact = test::heap(changed);
            if (const auto parsed = test::parse_v6(exact, exact.size())) CHECK(parsed->header_length <= exact.size());
        }
}

TEST_CASE("mapped addresses never come from the wire") {
    for (const std::size_t at : {8u, 24u}) {
        packet p = datagram();
        copy(ip_address::v4(192, 0, 2, 1).octets, mutable_octets(p).subspan(at));
        CHECK_FALSE(parses(p));
    }
}

TEST_CASE("of other protocols and of fragments it is read where they stand and what they are") {
    ip_meta read;
    packet p = datagram({{0, 8}, {60, 16}});
    p[48] = 58;  // the last next header
    const ip_extent icmp = ipv6::read_any(p, p.size(), read);
    CHECK(icmp.header_length == 64);
    CHECK(icmp.total_length == p.size());
    CHECK(icmp.protocol == 58);
    CHECK_FALSE(icmp.is_fragment);
    CHECK(read == meta);
    CHECK(ipv6::read(p, p.size(), read).header_length == 0);

    p = datagram({{0, 8}, {44, 8}});
    p[51] = 1;  // more fragments
    const ip_extent fragment = ipv6::read_any(p, p.size(), read);
    CHECK(fragment.is_fragment);
    CHECK(fragment.header_length == 48);
    CHECK(fragment.protocol == 6);
    CHECK(ipv6::read(p, p.size(), read).header_length == 0);
}
