// SPDX-License-Identifier: MIT
//
// What all connections of one stack share, handed to each call as an argument: the time, the settings, randomness, the
// counters, those who watch, and the replies that belong to no connection. A connection keeps no pointer to it, so the
// whole can be copied.
#pragma once

#include <algorithm>
#include <cassert>

#include <sluice/base/random.hpp>
#include <sluice/connection/counters.hpp>
#include <sluice/connection/replies.hpp>
#include <sluice/policy/limits.hpp>
#include <sluice/wire/segment.hpp>

namespace sluice {

/// As a limit: more than a connection counts.
inline constexpr std::uint32_t endless_challenges = 0x10000;

template <class Tcp>
struct environment {
    instant now{};
    typename Tcp::settings settings;
    seeded_random random;
    std::uint32_t challenge_limit;  // of this stack's own: a known one leaks (CVE-2016-5696)
    std::uint32_t largest_super_segment = 0;  // octets of payload that the link takes at once; 0: one segment
    [[no_unique_address]] typename Tcp::buffers_policy::pool pool;  // of the buffers
    counters count{};
    reply_queue<Tcp::buffers_policy::replies> replies{};

    constexpr explicit environment(const typename Tcp::settings& s)
        : settings(s), random(s.seed), challenge_limit(s.limits.challenge_acks), pool(s.buffers) {
        assert(check(s.limits.connection) == error::none);
        const std::uint64_t bits = random.bits(), more_bits = random.bits();
        if constexpr (requires { settings.isn.on_start(bits, more_bits); }) settings.isn.on_start(bits, more_bits);
        challenge_limit += static_cast<std::uint32_t>(random.below(challenge_limit + 1));
        if (s.limits.challenge_acks == no_limit) challenge_limit = endless_challenges;
    }

    /// SHLD-6: where a link takes now more and now less, it is the least that counts, for what is announced too.
    constexpr void limit_mtu(std::uint16_t mtu) { settings.limits.mtu = std::min(settings.limits.mtu, mtu); }

    constexpr auto& observe() { return settings.observe; }

    constexpr void answer(const reply& r) {
        if (!replies.push(r)) return void(++count.replies_dropped);
        ++count.segments_out;
        if (r.flags.has(flag::rst)) ++count.resets_out;
    }
};

}  // namespace sluice
