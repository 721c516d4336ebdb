// SPDX-License-Identifier: MIT
//
// Local ports for the connections that we open (RFC 6056 section 3.3.4, "double-hash"): a keyed hash of the addresses
// and the remote port says where in the range a destination begins, and which of many counters steps on from there.
// Outsiders can't guess a port, and to one destination none is used again before a lap of the range. Which ports are in
// use it does not know: it asks.
#pragma once

#include <cassert>
#include <cstdint>
#include <utility>

#include <sluice/base/memory.hpp>
#include <sluice/base/random.hpp>
#include <sluice/base/result.hpp>
#include <sluice/base/siphash.hpp>
#include <sluice/policy/limits.hpp>
#include <sluice/wire/address_hash.hpp>

namespace sluice {

template <memory_source Memory = heap>
class ephemeral_ports {
public:
    /// With few counters, many destinations share one, and each sees in its own ports how often the others are called:
    /// enough to know a machine again, and to guess its ports (CVE-2022-1012).
    static constexpr std::size_t counters = 1 << 16;
    /// A port is followed by one of the next so many, by chance: where a counter is shared after all, its steps do not
    /// count connections.
    static constexpr std::uint32_t longest_step = 8;

    /// The key is secret, and used for nothing else.
    explicit ephemeral_ports(siphash_key key, port_range range = {}, Memory memory = {})
        : key_(key), range_(range), memory_(memory) {
        assert(0 < range.first && range.first <= range.last);
    }
    ephemeral_ports(ephemeral_ports&& other) noexcept
        : key_(other.key_), range_(other.range_), memory_(other.memory_),
          table_(std::exchange(other.table_, nullptr)) {}
    ephemeral_ports& operator=(ephemeral_ports other) noexcept {
        std::swap(key_, other.key_);
        std::swap(range_, other.range_);
        std::swap(memory_, other.memory_);
        std::swap(table_, other.table_);
        return *this;
    }
    ~ephemeral_ports() {
        if (table_) memory_.release(table_, table_octets);
    }

    /// The first choice does this by itself; done before, no later call needs memory.
    result<void> make_table(seeded_random& random) {
        if (table_) return {};
        table_ = static_cast<std::uint16_t*>(memory_.allocate(table_octets));
        if (!table_) return error::insufficient_resources;
        for (std::size_t i = 0; i < counters; ++i) table_[i] = static_cast<std::uint16_t>(random.bits());
        return {};
    }

    /// Asks is_free(port) until it says yes; when it never does, after a lap of the range, there is none. The next
    /// search begins behind the port found, so a lap asks about each port once, however many searches it serves: with
    /// few ports left, one costs in use / free questions on average. Only "none" costs the whole lap.
    result<std::uint16_t> choose(const ip_address& local, const socket_address& remote, seeded_random& random,
                                 auto&& is_free) {
        if (const auto made = make_table(random); !made) return made.error();
        const std::uint64_t hash = siphash(key_, local, remote.address, std::uint32_t{remote.port});
        std::uint16_t& counter = table_[hash % counters];  // RFC 6056's G; other bits of the same hash are its F
        const std::uint32_t begin = static_cast<std::uint32_t>((hash >> 32) % range_.size());
        for (std::uint32_t asked = 0; asked < range_.size(); ++asked) {
            const std::uint32_t place = counter + asked;
            const auto port = static_cast<std::uint16_t>(range_.first + (begin + place) % range_.size());
            if (!is_free(port)) continue;
            const auto skipped = static_cast<std::uint32_t>(random.below(longest_step));
            counter = static_cast<std::uint16_t>((place + 1 + skipped) % range_.size());
            return port;
        }
        return error::insufficient_resources;
    }

private:
    static constexpr std::size_t table_octets = counters * sizeof(std::uint16_t);

    siphash_key key_;
    port_range range_;
    [[no_unique_address]] Memory memory_;
    std::uint16_t* table_ = nullptr;
};

}  // namespace sluice
