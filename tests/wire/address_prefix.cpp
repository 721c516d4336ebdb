// SPDX-License-Identifier: MIT
// wire/address_prefix.hpp: at each length of either family.
#include <doctest/doctest.h>

#include <sluice/wire/address_prefix.hpp>

using namespace sluice;

namespace {

constexpr ip_address v4(octet a, octet b, octet c, octet d) { return ip_address::v4(a, b, c, d); }
constexpr ip_address v6(std::uint16_t first, std::uint16_t second, std::uint16_t last) {
    return ip_address::v6({first, second, 0, 0, 0, 0, 0, last});
}

}  // namespace

TEST_CASE("How many bits two addresses begin with in common") {
    CHECK(common_prefix(v4(192, 0, 2, 1), v4(192, 0, 2, 1)) == 32);
    CHECK(common_prefix(v4(192, 0, 2, 1), v4(192, 0, 2, 0)) == 31);
    CHECK(common_prefix(v4(192, 0, 2, 1), v4(64, 0, 2, 1)) == 0);
    CHECK(common_prefix(v4(10, 0, 0, 1), v4(10, 128, 0, 1)) == 8);
    CHECK(common_prefix(v6(0xfd00, 0, 1), v6(0xfd00, 0, 1)) == 128);
    CHECK(common_prefix(v6(0xfd00, 0, 1), v6(0xfd00, 0, 2)) == 126);
    CHECK(common_prefix(v6(0xfd00, 0, 1), v6(0xfd00, 1, 1)) == 31);
    CHECK(common_prefix(v6(0x8000, 0, 1), v6(0, 0, 1)) == 0);
}

TEST_CASE("A prefix has whoever shares its bits, at each length, and nobody of the other family") {
    const auto four = ip_address::v4(198, 18, 0, 1);
    const auto six = ip_address::v6({0xfd00, 1, 2, 3, 4, 5, 6, 7});
    for (const ip_address& own : {four, six}) {
        const int bits = own.is_v4() ? 32 : 128;
        for (int length = 0; length <= bits; ++length) {
            const address_prefix prefix{own, length};
            CHECK(prefix.has(own));
            for (int bit = 0; bit < bits; ++bit) {  // other in this bit alone
                ip_address other = own;
                const auto at = static_cast<std::size_t>((own.is_v4() ? 96 : 0) + bit);
                other.octets[at / 8] ^= static_cast<octet>(0x80 >> at % 8);
                CHECK(prefix.has(other) == (bit >= length));
            }
        }
    }
    CHECK_FALSE(address_prefix{four, 0}.has(six));
    CHECK_FALSE(address_prefix{six, 0}.has(four));
}
