// SPDX-License-Identifier: MIT
//
// SipHash over two addresses and what else tells one flow from another. Addresses count with the octets of their own
// family's header, so that IPv4 pays for eight of them, not for 32.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include <sluice/base/siphash.hpp>
#include <sluice/wire/address.hpp>

namespace sluice {

/// The words follow the addresses, in network order.
template <std::same_as<std::uint32_t>... Words>
constexpr std::uint64_t siphash(siphash_key key, const ip_address& local, const ip_address& remote, Words... words) {
    std::array<octet, 32 + 4 * sizeof...(Words)> message{};
    std::size_t end = 0;
    for (const octets part : {local.in_header(), remote.in_header()}) {
        copy(part, mutable_octets(message).subspan(end));
        end += part.size();
    }
    ((store_be32(message.data() + end, words), end += 4), ...);
    return siphash(key, octets(message).first(end));
}

}  // namespace sluice
