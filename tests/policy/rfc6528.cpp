// SPDX-License-Identifier: MIT
// policy/isn/rfc6528.hpp: the clock of RFC 9293 section 3.4.1 plus SipHash-2-4 of the two sockets. The RFC gives no
// vector; ours was computed by another program, from the octets c0000201 c6336402 c000 0050.
#include <doctest/doctest.h>

#include <sluice/policy/concepts.hpp>
#include <sluice/policy/isn/rfc6528.hpp>

#include <set>

namespace {

using namespace sluice;

static_assert(isn_policy<rfc6528>);

constexpr socket_address local{ip_address::v4(192, 0, 2, 1), 49152};
constexpr socket_address remote{ip_address::v4(198, 51, 100, 2), 80};

/// Key 00 01 … 0f, as two little-endian words.
constexpr rfc6528 with_known_key() {
    rfc6528 isn;
    isn.on_start(0x0706050403020100, 0x0f0e0d0c0b0a0908);
    return isn;
}
static_assert(with_known_key().choose(local, remote, instant(0s)) == seq(0x7b680742));
static_assert(with_known_key().choose(local, remote, instant(1s)) == seq(0x7b6bd7d2));

}  // namespace

TEST_CASE("the initial sequence number advances by 250000 a second, one every 4 microseconds, and wraps") {
    const auto isn = with_known_key();
    const seq first = isn.choose(local, remote, instant(0s));
    CHECK(isn.choose(local, remote, instant(4us) - 1ns) == first);
    CHECK(isn.choose(local, remote, instant(4us)) == first + 1);
    for (std::uint32_t second = 0; second < 100; ++second)
        CHECK(isn.choose(local, remote, instant(std::chrono::seconds(second))) == first + 250000 * second);
    // 2^32 ticks are 4 h 46 min 19.869184 s.
    CHECK(isn.choose(local, remote, instant(17179869184us)) == first);
    CHECK(isn.choose(local, remote, instant(17179869184us) - 1ns) == first - 1);
}

TEST_CASE("another socket, another key or another direction gives another number") {
    const auto isn = with_known_key();
    rfc6528 other_key;
    other_key.on_start(0x0706050403020100, 0x0f0e0d0c0b0a0909);
    std::set<std::uint32_t> seen{isn.choose(local, remote, instant{}).number(),
                                 isn.choose(remote, local, instant{}).number(),
                                 other_key.choose(local, remote, instant{}).number()};
    for (std::uint16_t port = 1; port <= 500; ++port) {
        seen.insert(isn.choose({local.address, port}, remote, instant{}).number());
        seen.insert(
            isn.choose(local,
                       {ip_address::v4(198, 51, static_cast<octet>(port / 100), static_cast<octet>(port % 100)), 80},
                       instant{})
                .number());
    }
    CHECK(seen.size() >= 1002);  // of 1003; two may meet by chance, once in 10000 keys
}

TEST_CASE("addresses of version 6 count with all their octets") {
    const auto isn = with_known_key();
    const socket_address here{ip_address::v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}), 49152};
    std::set<std::uint32_t> seen;
    for (std::size_t i = 0; i < 16; ++i) {
        socket_address there = here;
        there.address.octets[i] ^= 0x40;
        seen.insert(isn.choose(here, there, instant{}).number());
    }
    CHECK(seen.size() == 16);
}
