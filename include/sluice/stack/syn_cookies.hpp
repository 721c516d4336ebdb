// SPDX-License-Identifier: MIT
//
// SYN cookies (RFC 4987 section 3.6 and appendix A): in a flood, a SYN is answered and forgotten. What must not be
// forgotten travels in our initial sequence number and comes back acknowledged: the peer's MSS, and proof that we
// answered not long ago. Its other options come back as the echo of our timestamp. When cookies are sent, and that no
// ACK is taken for one at other times, is for the listener to know.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <sluice/base/siphash.hpp>
#include <sluice/base/time.hpp>
#include <sluice/wire/address_hash.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

/// Three bits of MSS, the two lowest of the count of steps, 27 of a hash that covers these and all else. So each of the
/// 32 beginnings has one good end at any time: a guess is right once in 2^27, as with the two hashes of appendix A, but
/// one hash finds out. The price: these numbers do not grow with time as RFC 9293 section 3.4.1 would have it (MUST-8),
/// and old duplicates are told by chance and timestamps.
class syn_cookies {
public:
    static constexpr duration step = 64s;
    /// A cookie is good in the step in which it was made and in the three after it: for 192 to 256 seconds.
    static constexpr std::uint32_t steps = 4;

    /// What is announced in practice; between two of them the lower one counts.
    // clang-format off
    static constexpr std::array<std::uint16_t, 8> mss_table{
        216,   // or what limits::least_peer_mss says: whoever announces less than the next is sent this much
        536,   // no MSS option, IPv4 (MUST-15)
        1220,  // no MSS option, IPv6; a path of 1280
        1360,  // in tunnels: a path of 1400 (IPv4), 1420 (IPv6)
        1440,  // Ethernet, IPv6
        1460,  // Ethernet, IPv4
        8940,  // Ethernet with jumbo frames of 9000, IPv6
        8960,  // the same, IPv4
    };
    // clang-format on

    /// The key is secret, and used for nothing else. `least_mss`: of the peer, as limits::least_peer_mss.
    constexpr explicit syn_cookies(siphash_key key, std::uint16_t least_mss = mss_table.front())
        : key_(key), least_mss_(least_mss) {}

    /// Our initial sequence number for a SYN whose own is `irs`.
    constexpr seq make(const socket_address& local, const socket_address& remote, seq irs, std::uint16_t peer_mss,
                       instant now) const {
        const auto larger = std::upper_bound(mss_table.begin() + 1, mss_table.end(), peer_mss);
        return cookie(local, remote, irs, static_cast<std::uint32_t>(larger - mss_table.begin() - 1), count(now));
    }

    /// The peer's MSS, if `number` is a cookie that we have made for this SYN within the last steps.
    constexpr std::optional<std::uint16_t> mss_of(const socket_address& local, const socket_address& remote, seq irs,
                                                  seq number, instant now) const {
        const std::uint32_t index = number.number() >> 29, latest = count(now);
        const std::uint32_t age = (latest - (number.number() >> 27)) % steps;
        if (number != cookie(local, remote, irs, index, latest - age)) return {};
        return index == 0 ? least_mss_ : mss_table[index];  // MUST-16
    }

private:
    /// Less than 2^28, whatever the instant: it never comes round, nor does a cookie.
    static constexpr std::uint32_t count(instant now) {
        return static_cast<std::uint32_t>(now.time_since_epoch() / step);
    }

    constexpr seq cookie(const socket_address& local, const socket_address& remote, seq irs, std::uint32_t index,
                         std::uint32_t count) const {
        const std::uint32_t ports = std::uint32_t{local.port} << 16 | remote.port, claim = count << 3 | index;
        const std::uint64_t hash = siphash(key_, local.address, remote.address, ports, irs.number(), claim);
        return seq(index << 29 | count % steps << 27 | static_cast<std::uint32_t>(hash >> 37));
    }

    siphash_key key_;
    std::uint16_t least_mss_;
};

/// What a SYN offered, besides its MSS.
struct cookie_options {
    std::optional<std::uint8_t> window_scale{};
    bool sack = false;
    friend constexpr bool operator==(const cookie_options&, const cookie_options&) = default;
};

namespace cookie_bits {  // of a TSval. The sixth is kept for ECN, and 0.
inline constexpr std::uint32_t shift = 0xf, no_shift = 0xf, sack = 0x10, all = 0x3f;
}

/// The latest TSval up to the clock's that carries them. One ahead of the clock would make the next segments look old
/// (PAWS, RFC 7323 section 5); one behind it costs this: a round trip measured by its echo may be 63 ticks too long.
constexpr std::uint32_t encode_options(std::uint32_t clock_value, cookie_options offered) {
    std::uint32_t bits = cookie_bits::no_shift;
    if (offered.window_scale) bits = std::min<std::uint32_t>(*offered.window_scale, 14);  // section 2.3: more is 14
    if (offered.sack) bits |= cookie_bits::sack;
    return clock_value - ((clock_value - bits) & cookie_bits::all);
}

/// Who echoes another value than was sent only changes what it offered itself.
constexpr cookie_options decode_options(std::uint32_t echoed) {
    cookie_options out{.sack = (echoed & cookie_bits::sack) != 0};
    const std::uint32_t shift = echoed & cookie_bits::shift;
    if (shift != cookie_bits::no_shift) out.window_scale = static_cast<std::uint8_t>(shift);
    return out;
}

}  // namespace sluice
