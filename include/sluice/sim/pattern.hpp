// SPDX-License-Identifier: MIT
//
// A stream whose octets are a function of their place and of the sender, so that the reader can verify each one and no
// copy of what was sent has to be kept; and the two parts of an application that write and read it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include <sluice/base/bytes.hpp>
#include <sluice/base/result.hpp>
#include <sluice/base/time.hpp>

namespace sluice::sim {

/// Octet `place` of the stream of host `sender`. Multiples of an odd number of 64 bits: a stream that is shifted by any
/// distance looks different at once.
constexpr octet pattern(std::uint64_t place, int sender) {
    const std::uint64_t whose = static_cast<std::uint64_t>(sender) * 0xbf58476d1ce4e5b9;
    const std::uint64_t mixed = (place + 1) * 0x9e3779b97f4a7c15 + whose;
    return static_cast<octet>(mixed >> 56);
}

struct pattern_writer {
    std::uint64_t length = 0;
    int sender = 0;
    bool is_paused = false;
    std::uint64_t written = 0;
    error failure = error::none;

    bool is_done() const { return written == length; }

    /// Sends as much as there is room for.
    void step(auto& endpoint, instant now) {
        std::array<octet, 8192> chunk;
        while (!is_done() && !is_paused && endpoint.writable() > 0) {
            const std::size_t most = std::min(chunk.size(), endpoint.writable());
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, length - written));
            for (std::size_t i = 0; i < size; ++i) chunk[i] = pattern(written + i, sender);
            const auto taken = endpoint.send(octets(chunk).first(size), now);
            if (!taken && taken.error() != error::would_block) failure = taken.error();
            if (!taken) return;
            written += *taken;
        }
    }
};

struct pattern_reader {
    std::uint64_t length = 0;
    int sender = 1;
    bool counts_only = false;     // the endpoint's buffers keep no octets that could be looked at
    std::uint64_t read = 0;
    std::uint64_t wrong = 0;      // octets that are not the pattern's, or too many
    bool has_ended = false;       // the peer's FIN was reached
    instant complete_at = never;  // when the last octet was read
    error failure = error::none;

    bool is_intact() const { return has_ended && read == length && wrong == 0; }

    /// Reads all there is.
    void step(auto& endpoint, instant now) {
        if (length == 0 && complete_at == never) complete_at = now;
        std::array<octet, 16384> chunk;
        while (!has_ended) {
            const auto got = endpoint.receive(chunk, now);
            if (got.error() == error::closing)
                has_ended = true;
            else if (!got && got.error() != error::would_block)
                failure = got.error();
            if (!got) return;
            for (std::size_t i = 0; i < *got; ++i)
                if (read + i >= length || (!counts_only && chunk[i] != pattern(read + i, sender))) ++wrong;
            read += *got;
            if (read == length) complete_at = now;
        }
    }
};

}  // namespace sluice::sim
