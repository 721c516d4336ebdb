// SPDX-License-Identifier: MIT
//
// An address, and how many of its first bits its network shares (RFC 4632 section 3.1, RFC 4291 section 2.3):
// 198.18.0.1/24, fd00::1/64.
#pragma once

#include <bit>

#include <sluice/wire/address.hpp>

namespace sluice {

/// How many bits two addresses of one family begin with in common, as they are written.
constexpr int common_prefix(const ip_address& a, const ip_address& b) {
    const std::uint64_t first = load_be64(a.octets.data()) ^ load_be64(b.octets.data());
    const std::uint64_t second = load_be64(a.octets.data() + 8) ^ load_be64(b.octets.data() + 8);
    return (first != 0 ? std::countl_zero(first) : 64 + std::countl_zero(second)) - (a.is_v4() ? 96 : 0);
}

struct address_prefix {
    ip_address address;
    int length = 0;  // up to 32, or 128

    /// Of the same family, and the same in the bits that are shared.
    constexpr bool has(const ip_address& other) const {
        return address.is_v4() == other.is_v4() && common_prefix(address, other) >= length;
    }
    friend constexpr bool operator==(const address_prefix&, const address_prefix&) = default;
};

}  // namespace sluice
