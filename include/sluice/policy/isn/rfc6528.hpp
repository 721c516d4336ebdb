// SPDX-License-Identifier: MIT
//
// Initial sequence numbers (RFC 9293 section 3.4.1, RFC 6528): a 4 µs clock plus a keyed hash of the two sockets
// (SHLD-1, MUST-8, MUST-9). The key comes from the stack's seed and never leaves here.
#pragma once

#include <sluice/base/siphash.hpp>
#include <sluice/base/time.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/wire/four_tuple.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

struct rfc6528 {
    using slot = isn_slot;

    siphash_key key_{};

    /// `bits` are secret: from the stack's seed.
    constexpr void on_start(std::uint64_t bits, std::uint64_t more_bits) { key_ = {bits, more_bits}; }

    constexpr seq choose(const socket_address& local, const socket_address& remote, instant now) const {
        const auto clock = static_cast<std::uint64_t>(now.time_since_epoch() / 4us);
        return seq(static_cast<std::uint32_t>(clock + hash(local, remote)));
    }

    /// Other bits of the same hash (RFC 7323 section 5.8): nothing of the one tells the other.
    constexpr std::uint32_t timestamp_offset(const socket_address& local, const socket_address& remote) const {
        return static_cast<std::uint32_t>(hash(local, remote) >> 32);
    }

    constexpr std::uint64_t hash(const socket_address& local, const socket_address& remote) const {
        return siphash(key_, four_tuple{local, remote});
    }
};

}  // namespace sluice
