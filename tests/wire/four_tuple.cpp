// SPDX-License-Identifier: MIT
// wire/four_tuple.hpp: what of two sockets is hashed, and that all of it counts.
#include <doctest/doctest.h>

#include <sluice/wire/four_tuple.hpp>

#include <set>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr siphash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
constexpr four_tuple old_family{{ip_address::v4(192, 0, 2, 1), 50788}, {ip_address::v4(198, 51, 100, 2), 80}};
constexpr four_tuple new_family{{ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}), 50788},
                                {ip_address::v6({0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 2}), 80}};

// In the compiler too.
static_assert(siphash(key, old_family) == siphash(key, test::hex("c0000201" "c6336402" "c664" "0050")));
static_assert(siphash(key, new_family) == siphash(key, test::hex("20010db8000000000000000000000001"
                                                                 "20010db8ffff00000000000000000002" "c664" "0050")));

}  // namespace

TEST_CASE("two sockets are hashed as they stand in headers: twelve octets with IPv4, 36 with IPv6") {
    CHECK(siphash(key, old_family) == siphash(key, test::hex("c0000201" "c6336402" "c664" "0050")));
    CHECK(siphash(key, new_family) == siphash(key, test::hex("20010db8000000000000000000000001"
                                                             "20010db8ffff00000000000000000002" "c664" "0050")));
}

TEST_CASE("each bit of both addresses and both ports makes another connection, with another hash") {
    for (const four_tuple& whole : {old_family, new_family}) {
        std::set<std::uint64_t> hashes{siphash(key, whole)};
        const std::size_t first = whole.local.address.is_v4() ? 12 : 0;
        std::size_t changes = 0;
        const auto expect_another = [&](const four_tuple& changed) {
            CHECK(!(changed == whole));
            hashes.insert(siphash(key, changed));
            ++changes;
        };
        for (const auto side : {&four_tuple::local, &four_tuple::remote}) {
            for (std::size_t bit = 8 * first; bit < 128; ++bit) {
                four_tuple changed = whole;
                (changed.*side).address.octets[bit / 8] ^= static_cast<octet>(1 << bit % 8);
                expect_another(changed);
            }
            for (int bit = 0; bit < 16; ++bit) {
                four_tuple changed = whole;
                (changed.*side).port ^= static_cast<std::uint16_t>(1 << bit);
                expect_another(changed);
            }
        }
        expect_another({whole.remote, whole.local});
        CHECK(hashes.size() == changes + 1);
    }
}
