// SPDX-License-Identifier: MIT
// base/octet_ring.hpp against a std::vector that is written flat and shifted.
#include <doctest/doctest.h>

#include <sluice/base/octet_ring.hpp>

#include <algorithm>


#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr bool wraps_in_the_compiler() {
    octet_ring<5> ring;
    ring.write(0, test::hex("0102030405"));
    ring.drop(3);
    ring.write(2, test::hex("060708"));
    std::array<octet, 5> out{};
    ring.read(0, out);
    const auto [first, second] = ring.view(0, 5);
    return out == test::hex("0405060708") && first.size() == 2 && second.size() == 3 && second[2] == 8;
}
static_assert(wraps_in_the_compiler());
static_assert(octet_ring<7>::capacity() == 7);

}  // namespace

TEST_CASE_TEMPLATE("an octet ring holds what a flat vector would", Ring, octet_ring<1>, octet_ring<2>, octet_ring<7>,
    octet_ring<64>, octet_ring<100>) {
    constexpr std::size_t capacity = Ring::capacity();
    seeded_random numbers(41);
    Ring ring;
    std::vector<octet> model = test::random_octets(numbers, capacity);
    ring.write(0, model);
    for (int i = 0; i < 4000; ++i) {
        const std::size_t offset = numbers.below(capacity + 1), length = numbers.below(capacity - offset + 1);
        switch (numbers.below(3)) {
            case 0: {
                const auto fresh = test::random_octets(numbers, length);
                ring.write(offset, fresh);
                std::copy(fresh.begin(), fresh.end(), model.begin() + static_cast<std::ptrdiff_t>(offset));
                break;
            }
            case 1: {  // what is dropped at the front makes room at the end, where the octets are still the old ones
                ring.drop(length);
                std::rotate(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(length), model.end());
                break;
            }
            default: break;
        }
        const octets expected = octets(model).subspan(offset, length);
        std::vector<octet> read(length);
        ring.read(offset, read);
        CHECK(std::equal(read.begin(), read.end(), expected.begin(), expected.end()));
        const auto [first, second] = ring.view(offset, length);
        REQUIRE(first.size() + second.size() == length);
        CHECK(first.empty() == (length == 0));  // there is a second span only when there is a first
        CHECK(std::equal(first.begin(), first.end(), expected.begin()));
        CHECK(std::equal(second.begin(), second.end(), expected.begin() + static_cast<std::ptrdiff_t>(first.size())));
    }
}

TEST_CASE("octets may be written past a gap before the gap is filled") {
    octet_ring<8> ring;
    ring.write(5, test::hex("0506"));
    ring.write(0, test::hex("0001020304"));
    std::array<octet, 7> out{};
    ring.read(0, out);
    CHECK(out == test::hex("00010203040506"));
    CHECK(wraps_in_the_compiler());
}
