// SPDX-License-Identifier: MIT
// Bad input in every state, at length: 200 000 segments for each state and family.
#include "connection/bad_input.hpp"

using namespace sluice;

TEST_CASE("200 000 segments in each state: audits hold, time goes on, and no wrong octet is delivered or sent") {
    bad_input::every_state([](state s, bool v6, std::uint64_t number) {
        bad_input::shower_with_segments<small_tcp>(s, v6, 200'000, 1000 + number);
    });
}

TEST_CASE(
    "200 000 segments with timestamps and SACK blocks in each state: audits hold, and no wrong octet is delivered") {
    bad_input::every_state([](state s, bool v6, std::uint64_t number) {
        bad_input::shower_with_segments<small_tcp>(s, v6, 200'000, 1000 + number, true);
    });
}

TEST_CASE("100 000 times any octets in each state: audits hold and time goes on") {
    bad_input::every_state([](state s, bool v6, std::uint64_t number) {
        bad_input::shower_with_octets<small_tcp>(s, v6, 100'000, 1000 + number);
    });
}
