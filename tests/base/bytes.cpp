// SPDX-License-Identifier: MIT
// base/bytes.hpp: network order is the most significant octet first (RFC 9293 section 3.1).
#include <doctest/doctest.h>

#include <sluice/base/bytes.hpp>

#include <string>
#include <vector>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr std::array<octet, 9> sample{0xff, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

static_assert(load_be16(sample.data() + 1) == 0x0123);
static_assert(load_be32(sample.data() + 1) == 0x01234567);
static_assert(load_be64(sample.data() + 1) == 0x0123456789abcdef);
static_assert(load_le64(sample.data() + 1) == 0xefcdab8967452301);
static_assert(load_be16(sample.data()) == 0xff01, "the top bit is no sign");
static_assert(load_be32(sample.data() + 5) == 0x89abcdef);

constexpr std::array<octet, 18> stored() {
    std::array<octet, 18> out{};
    store_be16(out.data() + 1, 0x89ab);
    store_be32(out.data() + 4, 0x89abcdef);
    store_be64(out.data() + 9, 0x89abcdef01234567);
    return out;
}
static_assert(stored() == test::hex("0089ab0089abcdef0089abcdef0123456700"));

}  // namespace

TEST_CASE("text and bytes are octets where they lie, without a 0 at the end of a literal, and octets are text") {
    const std::string text = "h\xe9llo";
    const std::array<std::byte, 2> bytes{std::byte{1}, std::byte{0xff}};
    CHECK(as_octets(text).data() == static_cast<const void*>(text.data()));
    CHECK(as_octets(text).size() == 5);
    CHECK(as_octets(text)[1] == 0xe9);
    CHECK(as_octets("hello").size() == 5);
    CHECK(as_octets(std::string_view("hell")).size() == 4);
    CHECK(as_octets(bytes).data() == static_cast<const void*>(bytes.data()));
    CHECK(as_octets(std::span(bytes))[1] == 0xff);
    CHECK(as_octets(std::vector<char>(3, 'x')).size() == 3);
    CHECK(as_octets("").empty());
    CHECK(as_text(as_octets(text)) == text);
}

TEST_CASE("integers are loaded and stored in network order at any address") {
    CHECK(load_be16(sample.data() + 1) == 0x0123);
    CHECK(load_be32(sample.data() + 1) == 0x01234567);
    CHECK(load_be64(sample.data() + 1) == 0x0123456789abcdef);
    CHECK(load_le64(sample.data() + 1) == 0xefcdab8967452301);
    CHECK(stored() == test::hex("0089ab0089abcdef0089abcdef0123456700"));
    for (std::size_t bit = 0; bit < 64; ++bit) {
        std::array<octet, 8> place{};
        const std::uint64_t value = std::uint64_t{1} << bit;
        store_be64(place.data(), value);
        CHECK(place[7 - bit / 8] == 1 << bit % 8);
        CHECK(load_be64(place.data()) == value);
        CHECK(load_be32(place.data() + 4) == static_cast<std::uint32_t>(value));
        CHECK(load_be16(place.data() + 6) == static_cast<std::uint16_t>(value));
    }
    for (std::size_t at = 0; at < 8; ++at) {
        std::array<octet, 16> place{};
        store_be64(place.data() + at, 0x8142c3240566e7a8);
        CHECK(load_be64(place.data() + at) == 0x8142c3240566e7a8);
        CHECK(load_be32(place.data() + at) == 0x8142c324);
        CHECK(load_be16(place.data() + at) == 0x8142);
    }
}

TEST_CASE("copy leaves what lies behind the source's length alone, and copies nothing from nowhere") {
    std::array<octet, 4> to{9, 9, 9, 9};
    copy(test::hex("0102"), to);
    CHECK(to == std::array<octet, 4>{1, 2, 9, 9});
    copy({}, to);
    copy({}, {});
    CHECK(to == std::array<octet, 4>{1, 2, 9, 9});
}
