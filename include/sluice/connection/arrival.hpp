// SPDX-License-Identifier: MIT
//
// From a packet to a segment that may be somebody's: what is malformed is counted and gone, and so is what a group of
// hosts would send or receive. Whose it is, endpoint and stack know.
#pragma once

#include <sluice/connection/environment.hpp>

namespace sluice {

namespace detail {

template <class Tcp>
constexpr void admit(environment<Tcp>& env, const ip_meta& ip, const segment& s, auto&& take) {
    env.count.segments_in += s.segments;
    // Neither end may be a group of hosts (MUST-57, MUST-63).
    if (!ip.source.is_host() || !ip.destination.is_host()) return;
    take(ip, s);
}

}  // namespace detail

/// A packet with its IP header; take(ip, segment) is called at most once.
template <class Tcp>
constexpr void open_packet(environment<Tcp>& env, const rx_packet& packet, auto&& take) {
    if (const auto parsed = parse_packet(packet))
        detail::admit(env, parsed->ip, parsed->segment, take);
    else
        ++env.count.malformed;
}

/// A segment whose IP header somebody else has read.
template <class Tcp>
constexpr void open_segment(environment<Tcp>& env, const ip_meta& ip, const rx_packet& payload, auto&& take) {
    if (const auto parsed = parse_segment(ip, payload))
        detail::admit(env, ip, *parsed, take);
    else
        ++env.count.malformed;
}

}  // namespace sluice
