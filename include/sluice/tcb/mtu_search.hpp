// SPDX-License-Identifier: MIT
//
// The search for the largest packet that a path takes, by packets that are tried out (RFC 4821 section 7): between a
// size that is known to get through and one above which nothing is tried. Sizes are octets of an IP packet. It knows
// neither time nor segments: who sends a probe, and hears what has become of it, says so.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice {

/// Sizes that links have (RFC 1191 section 7.1): what to try next below one that was too much, where nobody says more.
inline constexpr std::array<std::uint16_t, 11> mtu_plateaus{65535, 32000, 17914, 8166, 4352, 2002,
                                                            1492,  1006,  508,   296,  68};

constexpr std::uint16_t plateau_below(std::uint32_t size) {
    for (const std::uint16_t plateau : mtu_plateaus)
        if (plateau < size) return plateau;
    return mtu_plateaus.back();
}

struct mtu_search {
    /// Where no more is known, what is taken to get through: RFC 4821 section 7.2; every IPv6 link takes 1280.
    static constexpr std::uint16_t base_v4 = 1024, base_v6 = 1280;
    /// What a sane IPv4 link takes at least (practice: Linux).
    static constexpr std::uint16_t least_v4 = 552;
    /// Nearer it does not look: what it could win is less than what a probe costs (practice: Linux).
    static constexpr std::uint16_t step = 8;

    std::uint16_t low = 0;    // SEARCH_LOW: gets through
    std::uint16_t high = 0;   // SEARCH_HIGH: may get through
    std::uint16_t probe = 0;  // that is out; 0: none
    std::uint16_t said = 0;   // that it was too big for who takes so much; 0: nothing was
    bool halves = false;      // the highest has been tried, and nobody has said what fits

    /// Where to begin if packets of `size` vanish.
    static constexpr std::uint16_t below(std::uint32_t size, bool is_v4) {
        if (!is_v4) return base_v6;
        return size > base_v4 ? base_v4 : least_v4;
    }

    constexpr bool is_over() const { return high - low < step; }
    constexpr bool awaits() const { return probe != 0; }

    /// The highest first: mostly it is an outage that is over, or a route that has changed back; and what a router has
    /// said. Then half the way each time.
    constexpr std::uint16_t next() const {
        return halves ? static_cast<std::uint16_t>(low + (high - low + 1) / 2) : high;
    }
    constexpr void sent() {
        probe = next();
        said = 0;
    }
    /// A router does not pass the probe on, and takes so much. That counts once the probe is lost, which anybody can
    /// say of one that arrives (RFC 4821 section 7.6.2, RFC 5927 section 7.2).
    constexpr void hear(std::uint32_t most) {
        if (awaits() && low <= most && most < probe) said = static_cast<std::uint16_t>(most);
    }
    constexpr void arrived() {
        low = probe;
        probe = 0;
    }
    constexpr void lost() {
        high = std::max(low, std::min(high, said != 0 ? said : static_cast<std::uint16_t>(probe - 1)));
        halves = said == 0;
        probe = 0;
    }
    /// Nobody knows: it is tried again (section 7.6.3).
    constexpr void forget() { probe = 0; }

    /// This gets through, and more than `most` is never tried.
    constexpr void begin(std::uint16_t known, std::uint16_t most) { *this = {.low = known, .high = most}; }
    /// A router does not pass on more than this.
    constexpr void bound(std::uint16_t most) {
        high = std::min(high, most);
        low = std::min(low, high);
        probe = 0;
    }
};

}  // namespace sluice
