// SPDX-License-Identifier: MIT
// wire/address_prefix.hpp: at each length of either family.
#include <doctest/doctest.h>

#include <sluice/wire/address_prefix.hpp>

using namespace sluice;

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
