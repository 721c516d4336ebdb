// SPDX-License-Identifier: MIT
//
// IP addresses of both families in one 16-octet value (IPv4 in its mapped form, RFC 4291 section 2.5.5.2), and a
// socket: address and port (RFC 9293 section 3.3.1).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <sluice/base/bytes.hpp>

namespace sluice {

struct ip_address {
    std::array<octet, 16> octets{};  // :: , "unspecified", in either family

    static constexpr ip_address v4(octet a, octet b, octet c, octet d) {
        return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
    }
    static constexpr ip_address v4(sluice::octets four) {
        ip_address out;
        out.assign_v4(four);
        return out;
    }

    static constexpr ip_address v6(const std::array<std::uint16_t, 8>& groups) {
        ip_address out;
        for (std::size_t i = 0; i < 8; ++i) store_be16(out.octets.data() + 2 * i, groups[i]);
        return out;
    }
    static constexpr ip_address v6(sluice::octets sixteen) {
        ip_address out;
        out.assign_v6(sixteen);
        return out;
    }

    /// Two stores: a processor waits for what was just written in pieces to be read as a whole.
    constexpr void assign_v4(sluice::octets four) {
        store_be64(octets.data(), 0);
        store_be64(octets.data() + 8, std::uint64_t{0xffff} << 32 | load_be32(four.data()));
    }
    constexpr void assign_v6(sluice::octets sixteen) { copy(sixteen.first(16), octets); }

    // Always inline: with it the compiler loses how long in_header() is, and calls memcpy for four octets.
    [[gnu::always_inline]] constexpr bool is_v4() const {
        return load_be64(octets.data()) == 0 && load_be32(octets.data() + 8) == 0xffff;
    }
    constexpr bool is_unspecified() const {
        return *this == ip_address{} || *this == v4(0, 0, 0, 0);
    }
    constexpr bool is_multicast() const { return is_v4() ? octets[12] >> 4 == 0xe : octets[0] == 0xff; }
    /// Limited broadcast; which address a subnet broadcasts to, only a route knows.
    constexpr bool is_broadcast() const { return *this == v4(255, 255, 255, 255); }
    /// Never on a wire (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3).
    constexpr bool is_loopback() const {
        if (is_v4()) return octets[12] == 127;
        return load_be64(octets.data()) == 0 && load_be64(octets.data() + 8) == 1;
    }
    /// Of one link, which no router passes on (RFC 3927, RFC 4291 section 2.5.6).
    constexpr bool is_link_local() const {
        if (is_v4()) return octets[12] == 169 && octets[13] == 254;
        return octets[0] == 0xfe && octets[1] >> 6 == 2;
    }
    /// May stand for one host that answers (MUST-46, MUST-57, MUST-63).
    constexpr bool is_host() const {
        if (!is_v4()) return *this != ip_address{} && !is_multicast();
        const std::uint32_t four = load_be32(octets.data() + 12);
        return four != 0 && four >> 28 != 0xe && four != 0xffffffff;
    }

    /// The octets that appear in the family's own header: four or sixteen.
    constexpr sluice::octets in_header() const {
        return is_v4() ? sluice::octets(octets).subspan(12) : sluice::octets(octets);
    }

    /// By words: the compiler would call memcmp.
    friend constexpr bool operator==(const ip_address& a, const ip_address& b) {
        using words = std::array<std::uint64_t, 2>;
        const auto x = std::bit_cast<words>(a), y = std::bit_cast<words>(b);
        return x[0] == y[0] && x[1] == y[1];
    }
};

struct socket_address {
    ip_address address{};
    std::uint16_t port = 0;
    friend constexpr bool operator==(const socket_address&, const socket_address&) = default;
};

}  // namespace sluice
