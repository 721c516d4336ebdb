// SPDX-License-Identifier: MIT
// base/siphash.hpp against the vectors of the paper and of its reference implementation.
#include <doctest/doctest.h>

#include <sluice/base/siphash.hpp>

#include <numeric>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr siphash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};  // octets 00 … 0f, little-endian

constexpr std::uint64_t of_first(std::size_t count) {
    std::array<octet, 64> message{};
    std::iota(message.begin(), message.end(), octet{0});
    return siphash(key, octets(message).first(count));
}

struct vector {
    std::size_t length;
    std::uint64_t hash;
};

// clang-format off
constexpr std::array<vector, 10> vectors{{
    { 0, 0x726fdb47dd0e0e31}, { 1, 0x74f839c593dc67fd}, { 2, 0x0d6c8009d9a94f5a}, { 7, 0xab0200f58b01d137},
    { 8, 0x93f5f5799a932462}, {12, 0x751e8fbc860ee5fb}, {15, 0xa129ca6149be45e5},  // the last is the paper's appendix A
    {16, 0x3f2acc7f57c29bdb}, {36, 0x314dffbe0815a3b4}, {63, 0x958a324ceb064572},
}};
// clang-format on

static_assert(of_first(15) == 0xa129ca6149be45e5);
static_assert(of_first(63) == 0x958a324ceb064572);

}  // namespace

TEST_CASE("SipHash-2-4 gives the published values for every length modulo eight") {
    for (const vector& v : vectors) {
        CAPTURE(v.length);
        CHECK(of_first(v.length) == v.hash);
    }
}

TEST_CASE("SipHash depends on each bit of key and message, and on the length") {
    const auto message = test::hex("c0000201c6336402c0000050");
    const std::uint64_t whole = siphash(key, message);
    for (std::size_t bit = 0; bit < 8 * message.size(); ++bit) {
        auto changed = message;
        changed[bit / 8] ^= static_cast<octet>(1 << bit % 8);
        CHECK(siphash(key, changed) != whole);
    }
    for (int bit = 0; bit < 64; ++bit) {
        CHECK(siphash({key.first ^ std::uint64_t{1} << bit, key.second}, message) != whole);
        CHECK(siphash({key.first, key.second ^ std::uint64_t{1} << bit}, message) != whole);
    }
    CHECK(siphash(key, test::hex("00")) != siphash(key, test::hex("0000")));
    CHECK(static_cast<std::uint32_t>(whole) == 0x7b680742);  // F of RFC 6528 section 3 for this tuple and key
}
