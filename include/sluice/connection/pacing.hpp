// SPDX-License-Identifier: MIT
//
// When what may leave does leave: at once, or at the rate that the congestion policy names. Who names none pays
// nothing.
#pragma once

#include <limits>

#include <sluice/connection/control_block.hpp>
#include <sluice/connection/environment.hpp>

namespace sluice {

/// Pacing begins, or goes on after a pause.
template <class Tcp>
constexpr void allow_burst(control_block<Tcp>& c) {
    if constexpr (Tcp::paces && requires { c.congestion.pacing_burst(); }) c.release.allow(c.congestion.pacing_burst());
}

/// True: it is to leave later, and next_deadline says when.
template <class Tcp>
constexpr bool is_put_off(control_block<Tcp>& c, const environment<Tcp>& env) {
    if constexpr (Tcp::paces)
        return c.release.holds(c.congestion.pacing_rate(), env.now);
    else
        return false;
}

/// So much has left.
template <class Tcp>
constexpr void put_off_next(control_block<Tcp>& c, const environment<Tcp>& env, std::uint32_t length) {
    if constexpr (Tcp::paces)
        if (c.snd.syn_acknowledged()) c.release.sent(length, c.congestion.pacing_rate(), env.now);
}

/// How large a super-segment may be.
template <class Tcp>
constexpr std::uint32_t largest_burst(const control_block<Tcp>& c, std::uint32_t segment) {
    if constexpr (Tcp::paces)
        if (const std::uint64_t rate = c.congestion.pacing_rate()) return pacer::quantum(rate, segment);
    return std::numeric_limits<std::uint32_t>::max();
}

}  // namespace sluice
