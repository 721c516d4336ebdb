// SPDX-License-Identifier: MIT
// wire/checksum.hpp against RFC 1071's and RFC 1624's own examples, and its two paths against the textbook loop.
#include <doctest/doctest.h>

#include <sluice/wire/checksum.hpp>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr auto rfc_1071 = test::hex("0001f203f4f5f6f7");  // section 3

static_assert(partial_sum().add(rfc_1071).folded() == 0xddf2);
static_assert(partial_sum().add(rfc_1071).finish() == 0x220d);
static_assert(partial_sum().add(rfc_1071).swapped().folded() == 0xf2dd);
static_assert(updated_checksum(0xdd2f, 0x5555, 0x3285) == 0x0000);

/// What the compiler makes of the first `length` octets of a fixed pattern, copied on the way.
constexpr std::array<octet, 201> pattern() {
    std::array<octet, 201> out{};
    seeded_random numbers(61);
    for (octet& o : out) o = static_cast<octet>(numbers.bits());
    return out;
}
constexpr std::array<std::uint16_t, 201> sums_in_the_compiler() {
    std::array<std::uint16_t, 201> out{};
    const auto data = pattern();
    for (std::size_t length = 0; length <= 200; ++length)
        out[length] = partial_sum().add(octets(data).first(length)).folded();
    return out;
}
constexpr bool copies_in_the_compiler() {
    std::array<octet, 8> to{};
    return copy_and_sum(rfc_1071, to).folded() == 0xddf2 && to == rfc_1071;
}
static_assert(copies_in_the_compiler());

}  // namespace

TEST_CASE("the examples of RFC 1071 and RFC 1624 come out") {
    CHECK(partial_sum().add(rfc_1071).folded() == 0xddf2);
    CHECK(partial_sum().add(rfc_1071).finish() == 0x220d);
    CHECK(partial_sum().add(rfc_1071).swapped().folded() == 0xf2dd);
    CHECK(partial_sum().add(test::hex("450000730000400040110000c0a80001c0a800c7")).finish() == 0xb861);
    CHECK(partial_sum().add(test::hex("45000073000040004011b861c0a80001c0a800c7")).finish() == 0);
    CHECK(updated_checksum(0xdd2f, 0x5555, 0x3285) == 0x0000);  // RFC 1141's formula gives ffff
    CHECK(partial_sum().finish() == 0xffff);
}

TEST_CASE("every length from every alignment sums alike at run time, in the compiler and by the textbook") {
    constexpr auto by_compiler = sums_in_the_compiler();
    const auto data = pattern();
    for (std::size_t length = 0; length <= 200; ++length) {
        CAPTURE(length);
        for (std::size_t at = 0; at < 9; ++at) {
            CAPTURE(at);
            std::vector<octet> from(at + length), to(at + length + 1, octet{0xee});
            std::copy_n(data.begin(), length, from.begin() + static_cast<std::ptrdiff_t>(at));
            const octets part = octets(from).subspan(at);
            CHECK(partial_sum().add(part).folded() == by_compiler[length]);
            CHECK(test::textbook_sum(part) == by_compiler[length]);
            CHECK(copy_and_sum(part, mutable_octets(to).subspan(at)).folded() == by_compiler[length]);
            CHECK(std::equal(part.begin(), part.end(), to.begin() + static_cast<std::ptrdiff_t>(at)));
            CHECK(to.back() == 0xee);
        }
    }
}

TEST_CASE("sums of the parts make the sum of the whole, swapped when a part begins at an odd place") {
    const auto data = pattern();
    for (std::size_t cut = 0; cut <= 200; ++cut) {
        partial_sum first, second;
        first.add(octets(data).first(cut));
        second.add(octets(data).first(200).subspan(cut));
        CHECK(first.add(cut % 2 == 0 ? second : second.swapped()).folded() ==
              test::textbook_sum(octets(data).first(200)));
    }
}

TEST_CASE("carries are never lost: the longest packet of ones, and sums beyond 32 and 48 bits") {
    const std::vector<octet> ones(65535, 0xff);
    CHECK(partial_sum().add(ones).folded() == test::textbook_sum(ones));
    CHECK(partial_sum().add(octets(ones).first(65534)).folded() == 0xffff);
    CHECK(partial_sum(~std::uint64_t{0}).folded() == 0xffff);
    CHECK(partial_sum(std::uint64_t{1} << 32).folded() == 1);
    CHECK(partial_sum(std::uint64_t{1} << 48).folded() == 1);
    CHECK(partial_sum(0xffff'ffff'0000'0001).folded() == 1);  // ffff twice is minus zero twice, and 1
    seeded_random numbers(62);
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t sum = numbers.bits();
        const std::uint64_t rest = sum % 0xffff;  // ones' complement addition is addition modulo ffff
        CHECK(partial_sum(sum).folded() == (rest == 0 ? 0xffff : rest));
    }
}

TEST_CASE("an incremental update gives what summing again gives, and a field of any packet verifies") {
    seeded_random numbers(63);
    for (int i = 0; i < 2000; ++i) {
        auto packet = test::random_octets(numbers, 40);
        store_be16(packet.data() + 10, 0);
        const std::uint16_t field = partial_sum().add(packet).finish();
        const auto new_word = static_cast<std::uint16_t>(numbers.below(4) == 0 ? 0 : numbers.bits());
        const std::uint16_t updated = updated_checksum(field, load_be16(packet.data() + 20), new_word);
        store_be16(packet.data() + 20, new_word);
        CHECK(updated == partial_sum().add(packet).finish());
        store_be16(packet.data() + 10, updated);
        CHECK(partial_sum().add(packet).finish() == 0);
    }
}
