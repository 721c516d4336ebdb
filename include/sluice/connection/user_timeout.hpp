// SPDX-License-Identifier: MIT
//
// How long text may stay unacknowledged (RFC 9293 section 3.9.1.1, N23), and what the two ends tell each other about it
// (RFC 5482): off unless the application wants it, and its own value, where it set one, is never changed by the peer's.
#pragma once

#include <sluice/connection/control_block.hpp>
#include <sluice/connection/environment.hpp>

namespace sluice {

/// RFC 5482 section 3: 15 bits of seconds, or of minutes where these are too few; 0 is reserved.
constexpr std::uint16_t encode_user_timeout(duration limit) {
    const auto rounded_up = [&](duration unit) { return limit / unit + (limit % unit != duration::zero()); };
    if (limit <= 0x7fff * duration(1s)) return static_cast<std::uint16_t>(std::max<std::int64_t>(rounded_up(1s), 1));
    return static_cast<std::uint16_t>(0x8000 | std::min<std::int64_t>(rounded_up(1min), 0x7fff));
}
constexpr std::optional<duration> decode_user_timeout(std::uint16_t field) {
    const auto count = static_cast<std::int64_t>(field & 0x7fff);
    if (count == 0) return {};
    return field & 0x8000 ? duration(count * 1min) : duration(count * 1s);
}

/// ADV_UTO.
template <class Tcp>
constexpr duration own_user_timeout(const control_block<Tcp>& c, const environment<Tcp>& env) {
    return c.options.user_timeout.value_or(env.settings.limits.user_timeout);
}

/// USER_TIMEOUT of section 3.1.
template <class Tcp>
constexpr duration user_timeout(const control_block<Tcp>& c, const environment<Tcp>& env) {
    const duration own = own_user_timeout(c, env);
    const auto theirs = decode_user_timeout(c.peer_user_timeout);
    if (c.options.user_timeout || !theirs) return own;
    const limits& ours = env.settings.limits;
    return std::min(ours.longest_user_timeout, std::max({own, *theirs, ours.shortest_user_timeout}));
}

/// It counts from when the first unacknowledged octet was sent (N23), or from now when that is forgotten.
template <class Tcp>
constexpr void restart_user_timeout(control_block<Tcp>& c, const environment<Tcp>& env) {
    const duration limit = user_timeout(c, env);
    if (limit == no_time_limit || c.flight.empty()) return c.timer.stop(timer::user_timeout);
    const in_flight_record& head = c.flight[c.flight.first()];
    c.timer.set(timer::user_timeout, after(head.transmissions == 1 ? head.sent : env.now, limit));
}

/// What an acceptable segment says of the peer's.
template <class Tcp>
constexpr void take_user_timeout(control_block<Tcp>& c, const environment<Tcp>& env, const segment& s) {
    if (!c.options.user_timeout_option || !s.options.user_timeout) return;
    const auto theirs = decode_user_timeout(*s.options.user_timeout);
    if (!theirs || theirs == decode_user_timeout(c.peer_user_timeout)) return;
    c.peer_user_timeout = *s.options.user_timeout;
    restart_user_timeout(c, env);
}

}  // namespace sluice
