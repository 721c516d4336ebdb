// SPDX-License-Identifier: MIT
// Bad input in every state, both families: a number of segments for each push. (bad_input_long.cpp has ten times as
// many.)
#include "connection/bad_input.hpp"

using namespace sluice;

TEST_CASE("any segments in any state: audits hold, time goes on, and no wrong octet is delivered or sent") {
    bad_input::every_state([](state s, bool v6, std::uint64_t number) {
        bad_input::shower_with_segments<small_tcp>(s, v6, 20'000, number);
    });
}

TEST_CASE(
    "any segments with timestamps and SACK blocks in any state: audits hold, and no wrong octet is delivered or sent") {
    bad_input::every_state([](state s, bool v6, std::uint64_t number) {
        bad_input::shower_with_segments<small_tcp>(s, v6, 20'000, number, true);
    });
}

TEST_CASE("any octets in any state: audits hold and time goes on") {
    bad_input::every_state([](state s, bool v6, std::uint64_t number) {
        bad_input::shower_with_octets<small_tcp>(s, v6, 10'000, number);
    });
}

TEST_CASE("a segment with any octet changed is dropped before any connection sees it") {
    for (const bool v6 : {false, true}) {
        auto t = bad_input::standing_in<small_tcp>(state::established, v6, 5);
        const auto good = t.packet({.flags = flag::ack,
                                    .sequence = t.block().rcv.nxt,
                                    .acknowledgment = t.block().snd.nxt,
                                    .text_length = 40});
        const std::size_t tcp_begin = v6 ? 40 : 20;
        std::uint64_t malformed = 0;
        for (std::size_t i = tcp_begin; i < good.size(); ++i)
            for (const int change : {1, 0x80, 0xff}) {
                auto bad = good;
                bad[i] = static_cast<octet>(bad[i] ^ change);
                t.arrives(bad, checksum_state::unknown);
                CHECK(t.count().malformed == ++malformed);
            }
        CHECK(t.block().incoming.size() == 0);
        CHECK(t.broken == nullptr);
        t.arrives(good, checksum_state::unknown);
        CHECK(t.block().incoming.size() == 40);
    }
}
