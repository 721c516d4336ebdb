// SPDX-License-Identifier: MIT
// The same seed gives the same packets, octet for octet: in a second run, and with every compiler.
//
// The constants are SipHash-2-4, with the key 0, of all captured octets: of every packet that left or reached the
// client, with its time. They change whenever the core sends anything else than before, and that has to be meant. To
// make new ones, run `test_sim --test-case="*every compiler*"` with any one compiler and copy what it prints; the other
// compiler and the sanitizers then hold it against theirs.
#include <doctest/doctest.h>

#include <cinttypes>
#include <cstdio>
#include <string>
#include <vector>

#include <sluice/base/siphash.hpp>

#include "audited.hpp"
#include "support/compositions.hpp"

using namespace sluice;

namespace {

sim::scenario rough(std::uint64_t seed, bool ipv6) {
    return {.rate = 8'000'000,
            .delay = 15ms,
            .queue = 15,
            .loss = 0.02,
            .corruption = 0.01,
            .duplication = 0.01,
            .reordering = 0.02,
            .octets = 120'000,
            .octets_back = 80'000,
            .ipv6 = ipv6,
            .capture = true,
            .seed = seed};
}

template <class Tcp>
std::vector<octet> captured(std::uint64_t seed, bool ipv6 = false) {
    const auto r = sim::transfer<Tcp>(rough(seed, ipv6));
    CHECK(r.complete);
    const octets all = r.packets.bytes();
    return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("the same seed gives the same capture, octet for octet") {
    const auto first = captured<classic_tcp>(7), second = captured<classic_tcp>(7);
    CHECK(first.size() > 200'000);
    CHECK(first == second);
}

TEST_CASE("another seed gives other packets") { CHECK(captured<classic_tcp>(7) != captured<classic_tcp>(8)); }

TEST_CASE("watching changes nothing") {
    sim::scenario bare = rough(7, false);
    bare.record = bare.capture = false;
    const auto unwatched = sim::transfer<classic_tcp>(bare);
    const auto watched = audited::transfer<classic_tcp>(rough(7, false));
    CHECK(unwatched.time == watched.time);
    CHECK(unwatched.events == watched.events);
    CHECK(unwatched.segments == watched.segments);
}

TEST_CASE("every compiler makes the same packets") {
    const struct {
        const char* name;
        std::vector<octet> packets;
        std::uint64_t expected;
    } runs[] = {
        {"classic_tcp, IPv4, seed 7", captured<classic_tcp>(7), 0xcdae22c83b879134},
        {"classic_tcp, IPv6, seed 8", captured<classic_tcp>(8, true), 0x73d7fc85f4dc7c4a},
        {"plain_tcp, IPv4, seed 9", captured<plain_tcp>(9), 0xf97febaec6518e21},
    };
    for (const auto& run : runs) {
        const std::uint64_t hash = siphash({}, run.packets);
        if (hash != run.expected) std::printf("%s: 0x%016" PRIx64 "\n", run.name, hash);
        CHECK_MESSAGE(hash == run.expected, std::string(run.name));
    }
}
