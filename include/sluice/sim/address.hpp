// SPDX-License-Identifier: MIT
//
// The addresses of simulated nodes, which nobody else has: from the network that RFC 2544 sets aside for measurements
// (198.18.0.0/15), or unique local ones (RFC 4193). Address and number of a node follow from each other, so that a
// router finds it without a search.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <optional>

#include <sluice/wire/address.hpp>

namespace sluice::sim {

/// IPv4 has addresses there for so many.
inline constexpr std::uint32_t most_nodes = (1u << 17) - 2;

namespace detail {
inline constexpr std::uint32_t before_first_v4 = 198u << 24 | 18u << 16;
inline constexpr std::array<std::uint16_t, 8> before_first_v6{0xfd00, 0, 0, 0, 0, 0, 0, 0};
}  // namespace detail

constexpr ip_address address_of(std::uint32_t node, bool ipv6) {
    assert(node < most_nodes);
    ip_address out = ipv6 ? ip_address::v6(detail::before_first_v6) : ip_address::v4(198, 18, 0, 0);
    const std::uint32_t before = ipv6 ? 0 : detail::before_first_v4;
    store_be32(out.octets.data() + 12, before + node + 1);
    return out;
}

/// Nothing for an address that is no node's. The number may be higher than those of the nodes that exist.
constexpr std::optional<std::uint32_t> node_at(const ip_address& address) {
    const std::uint32_t last_four = load_be32(address.octets.data() + 12);
    const std::uint32_t place = address.is_v4() ? last_four - detail::before_first_v4 : last_four;
    if (place == 0 || place > most_nodes) return {};
    if (!address.is_v4() && address != address_of(place - 1, true)) return {};  // of IPv4's, no more is to compare
    return place - 1;
}

}  // namespace sluice::sim
