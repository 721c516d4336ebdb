// SPDX-License-Identifier: MIT
// A buffer as people say it, and the limits that a link gets from it: 100 Mbit/s × 40 ms hold 500,000 octets.
#include <doctest/doctest.h>

#include <sluice/sim/buffer_size.hpp>

using namespace sluice;
using sim::buffer_size;

TEST_CASE("a buffer of a bandwidth-delay product grows with rate and round trip") {
    CHECK(sim::bandwidth_delay_product(100'000'000, 40ms) == 500'000);
    CHECK(buffer_size::bdp(1).limit_in_octets(100'000'000, 40ms) == 500'000);
    CHECK(buffer_size::bdp(0.1).limit_in_octets(100'000'000, 40ms) == 50'000);
    CHECK(buffer_size::bdp(2).limit_in_octets(100'000'000, 20ms) == 500'000);
    CHECK(buffer_size::bdp(1).limit_in_octets(10'000'000'000, 10ms) == 12'500'000);
    CHECK(buffer_size::bdp(1).limit_in_packets() == sim::unlimited);
}

TEST_CASE("a buffer of a time holds what the rate sends in it, whatever the round trip") {
    CHECK(buffer_size::time(20ms).limit_in_octets(100'000'000, 40ms) == 250'000);
    CHECK(buffer_size::time(20ms).limit_in_octets(100'000'000, 1s) == 250'000);
    CHECK(buffer_size::time(20ms).limit_in_packets() == sim::unlimited);
}

TEST_CASE("octets and packets are what they are") {
    CHECK(buffer_size::octets(64'000).limit_in_octets(1, 1s) == 64'000);
    CHECK(buffer_size::octets(64'000).limit_in_packets() == sim::unlimited);
    CHECK(buffer_size::packets(100).limit_in_packets() == 100);
    CHECK(buffer_size::packets(100).limit_in_octets(1, 1s) == sim::unlimited);
}
