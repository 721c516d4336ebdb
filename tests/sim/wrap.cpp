// SPDX-License-Identifier: MIT
//
// Sequence numbers that wrap (RFC 9293 section 3.4): the same lossy transfers with initial numbers just below 2^32,
// just below 2^31, and random ones, at either end, are the same transfers, packet for packet; so are those in which the
// clocks of timestamps wrap (RFC 7323).
#include <doctest/doctest.h>

#include <sluice/sim/scenario.hpp>

#include "support/option_mixes.hpp"

using namespace sluice;

namespace {

struct chosen_isn {
    using slot = isn_slot;
    std::uint32_t iss = 0, clock = 0;
    constexpr seq choose(const socket_address&, const socket_address&, instant) const { return seq(iss); }
    constexpr std::uint32_t timestamp_offset(const socket_address&, const socket_address&) const { return clock; }
};

using wrapping_tcp = tcp<testing::gate_audit, chosen_isn>;
using settings = wrapping_tcp::settings;

sim::transfer_report run(lab::option_mix mix, std::uint32_t client_iss, std::uint32_t server_iss, std::uint64_t seed,
                         std::uint32_t clock = 0) {
    return sim::transfer<wrapping_tcp>({.rate = 5'000'000,
                                        .delay = 20ms,
                                        .queue = 30,
                                        .loss = 0.02,
                                        .duplication = 0.02,
                                        .reordering = 0.05,
                                        .octets = 150'000,
                                        .octets_back = 150'000,
                                        .record = false,
                                        .seed = seed},
                                       lab::with<settings>(mix, {.isn = {.iss = client_iss, .clock = clock}}),
                                       lab::with<settings>(mix, {.isn = {.iss = server_iss, .clock = clock}}));
}

}  // namespace

TEST_CASE("where the initial sequence numbers stand changes nothing of a lossy transfer") {
    const lab::option_mix mix = lab::each_mix();
    constexpr std::array<std::uint32_t, 3> numbers{0x5eed5eed, 0xfffffff0, 0x7ffffff0};
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto usual = run(mix, numbers[0], numbers[0], seed);
        CHECK(usual.complete);
        CHECK(usual.retransmitted > 0);
        for (const std::uint32_t client : numbers)
            for (const std::uint32_t server : numbers) {
                CAPTURE(client);
                CAPTURE(server);
                const auto wrapped = run(mix, client, server, seed);
                CHECK(wrapped.complete);
                CHECK(wrapped.time == usual.time);
                CHECK(wrapped.segments == usual.segments);
                CHECK(wrapped.retransmitted == usual.retransmitted);
                CHECK(wrapped.server.segments_out == usual.server.segments_out);
            }
    }
}

TEST_CASE("where the clocks of timestamps stand changes nothing of a lossy transfer") {
    lab::option_mix mix{.timestamps = true};
    SUBCASE("with SACK") { mix.sack = true; }
    SUBCASE("without") { mix.sack = false; }
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto usual = run(mix, 1, 1, seed);
        CHECK(usual.time > 300ms);
        for (const std::uint32_t clock : {0u - 200u, 0x80000000u - 200u}) {  // a fifth of a second before it wraps
            CAPTURE(clock);
            const auto wrapped = run(mix, 1, 1, seed, clock);
            CHECK(wrapped.complete);
            CHECK(wrapped.time == usual.time);
            CHECK(wrapped.segments == usual.segments);
            CHECK(wrapped.client.too_old == usual.client.too_old);  // of what was overtaken
        }
    }
}
