// SPDX-License-Identifier: MIT
//
// What all connections of one stack share, handed to each call as an argument: the time, the settings, randomness, the
// counters, those who watch, and the replies that belong to no connection. A connection keeps no pointer to it, so the
// whole can be copied.
#pragma once

#include <array>
#include <cassert>

#include <sluice/base/random.hpp>
#include <sluice/policy/limits.hpp>
#include <sluice/wire/segment.hpp>

namespace sluice {

/// Monotone; segments count as many as the wire sees.
struct counters {
    std::uint64_t active_opens = 0;       // SYN-SENT entered; RFC 4022 defines this and the next three
    std::uint64_t passive_opens = 0;      // SYN-RECEIVED from LISTEN
    std::uint64_t attempt_fails = 0;      // the handshake ended in CLOSED or LISTEN
    std::uint64_t established_resets = 0;  // from ESTABLISHED or CLOSE-WAIT to CLOSED
    std::uint64_t segments_in = 0;
    std::uint64_t segments_out = 0;
    std::uint64_t retransmitted = 0;      // segments that carry octets sent before, probes not counted
    std::uint64_t malformed = 0;          // dropped before any connection saw them
    std::uint64_t unacceptable = 0;       // outside the window
    std::uint64_t too_old = 0;            // PAWS
    std::uint64_t without_timestamp = 0;  // though it was agreed on
    std::uint64_t challenge_acks = 0;     // RFC 5961
    std::uint64_t limited = 0;            // ACKs and challenges that a limiter kept back
    std::uint64_t duplicate_acks_in = 0;
    std::uint64_t recoveries = 0;         // episodes begun by ACKs
    std::uint64_t timeouts = 0;           // retransmission timer expired
    std::uint64_t window_probes = 0;
    std::uint64_t keep_alives = 0;
    std::uint64_t out_of_order = 0;
    std::uint64_t text_dropped = 0;       // for want of memory
    std::uint64_t duplicates_in = 0;      // segments with text that had come before
    std::uint64_t arrived_twice = 0;      // D-SACKs about ours
    std::uint64_t reneged = 0;            // N31
    std::uint64_t second_fins = 0;        // N26
    std::uint64_t resets_out = 0;
    std::uint64_t resets_in = 0;
    std::uint64_t replies_dropped = 0;    // the queue below was full
    // ---- of a stack
    std::uint64_t syns_dropped = 0;       // no room for a half-open connection, or for the answer
    std::uint64_t accept_overflows = 0;   // nobody accepts what is ready
    std::uint64_t cookies_sent = 0;
    std::uint64_t cookies_accepted = 0;
    std::uint64_t cookies_refused = 0;
    std::uint64_t time_waits_recycled = 0;  // before their time
    std::uint64_t reincarnations = 0;       // RFC 6191
};

/// A segment without text that no connection waits to send: a RST, or what a connection says that is kept as a record.
struct reply {
    socket_address local;
    socket_address remote;
    seq sequence{};
    seq acknowledgment{};
    tcp_flags flags{};
    std::uint16_t window = 0;
    tcp_options options{};
    std::uint8_t dscp = 0;
    std::uint8_t hop_limit = 64;
};

/// Bounded, first in first out. What does not fit is dropped: its cause will come again.
template <std::size_t Capacity>
class reply_queue {
public:
    constexpr bool empty() const { return size_ == 0; }
    constexpr bool full() const { return size_ == Capacity; }
    constexpr bool push(const reply& r) {
        if (full()) return false;
        queue_[(first_ + size_++) % queue_.size()] = r;
        return true;
    }
    constexpr reply pop() {
        const reply r = queue_[first_];
        first_ = (first_ + 1) % queue_.size();
        --size_;
        return r;
    }

private:
    std::array<reply, Capacity> queue_{};
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

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
    }

    constexpr auto& observe() { return settings.observe; }

    constexpr void answer(const reply& r) {
        if (!replies.push(r)) return void(++count.replies_dropped);
        ++count.segments_out;
        if (r.flags.has(flag::rst)) ++count.resets_out;
    }
};

}  // namespace sluice
