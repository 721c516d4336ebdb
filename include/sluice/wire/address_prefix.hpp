// SPDX-License-Identifier: MIT
//
// An address, and how many of its first bits its network shares (RFC 4632 section 3.1, RFC 4291 section 2.3):
// 198.18.0.1/24, fd00::1/64.
#pragma once

#include <algorithm>

#include <sluice/wire/address.hpp>

namespace sluice {

struct address_prefix {
    ip_address address;
    int length = 0;

    /// Of the same family, and the same in the bits that are shared.
    constexpr bool has(const ip_address& other) const {
        if (address.is_v4() != other.is_v4()) return false;
        const octets own = address.in_header(), others = other.in_header();
        for (int left = length, i = 0; left > 0; left -= 8, ++i) {
            const int unshared = std::max(8 - left, 0);
            const auto at = static_cast<std::size_t>(i);
            if (own[at] >> unshared != others[at] >> unshared) return false;
        }
        return true;
    }
};

}  // namespace sluice
