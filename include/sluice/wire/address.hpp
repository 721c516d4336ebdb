// SPDX-License-Identifier: MIT
//
// IP addresses of both families in one 16-octet value (IPv4 in its mapped form, RFC 4291 section 2.5.5.2), and a socket:
// address and port (RFC 9293 section 3.3.1).
#pragma once

#include <array>
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

    constexpr bool is_v4() const {
        return load_be64(octets.data()) == 0 && load_be32(octets.data() + 8) == 0xffff;
    }
    constexpr bool is_unspecified() const {
        return *this == ip_address{} || *this == v4(0, 0, 0, 0);
    }
    constexpr bool is_multicast() const { return is_v4() ? octets[12] >> 4 == 0xe : octets[0] == 0xff; }
    /// Limited broadcast; which address a subnet broadcasts to, only a route knows.
    constexpr bool is_broadcast() const { return *this == v4(255, 255, 255, 255); }
    /// May stand for one host that answers (MUST-46, MUST-57, MUST-63).
    constexpr bool is_host() const { return !is_unspecified() && !is_multicast() && !is_broadcast(); }

    /// The octets that appear in the family's own header: four or sixteen.
    constexpr sluice::octets in_header() const {
        return is_v4() ? sluice::octets(octets).subspan(12) : sluice::octets(octets);
    }

    friend constexpr bool operator==(const ip_address&, const ip_address&) = default;
};

struct socket_address {
    ip_address address;
    std::uint16_t port = 0;
    friend constexpr bool operator==(const socket_address&, const socket_address&) = default;
};

}  // namespace sluice
