// SPDX-License-Identifier: MIT
// wire/address_hash.hpp: SipHash of exactly the octets which stand in the headers, and the words behind them.
#include <doctest/doctest.h>

#include <sluice/wire/address_hash.hpp>

#include "support/octets.hpp"

namespace {

using namespace sluice;

constexpr siphash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
constexpr ip_address v4_local = ip_address::v4(192, 0, 2, 1), v4_remote = ip_address::v4(198, 51, 100, 2);
constexpr ip_address v6_local = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1});
constexpr ip_address v6_remote = ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2});

// Computed by another program.
static_assert(siphash(key, v4_local, v4_remote, 0xc0000050u) == 0x4473e0887b680742);

}  // namespace

TEST_CASE("addresses count with four or sixteen octets, words with four each, in network order") {
    CHECK(siphash(key, v4_local, v4_remote) == siphash(key, test::hex("c0000201c6336402")));
    CHECK(siphash(key, v4_local, v4_remote, 0x01020304u, 0x05060708u) ==
          siphash(key, test::hex("c0000201c63364020102030405060708")));
    CHECK(siphash(key, v6_local, v6_remote, 0xa0b0c0d0u) ==
          siphash(key, test::hex("20010db800000000000000000000000120010db8000000000000000000000002a0b0c0d0")));
}
