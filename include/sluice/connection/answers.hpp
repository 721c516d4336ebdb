// SPDX-License-Identifier: MIT
//
// Which ACKs answer what has come: the one that text draws, at once or a little later (RFC 9293 section 3.8.6.3), the
// one that a gap draws (RFC 5681 section 4.2), and two kinds that are kept back when there are too many. They only mark
// what is owed; output sends it.
#pragma once

#include <sluice/connection/control_block.hpp>
#include <sluice/connection/environment.hpp>

namespace sluice {

inline constexpr duration longest_ack_delay = 499ms;  // MUST-40: less than 0.5 s, whatever the policy asks for

/// How much text a segment would have without the options that not all have, as SACK blocks: a full-sized one has as
/// much as any other (RFC 5681 section 2 counts no options; practice: Linux).
template <class Tcp>
constexpr std::uint32_t text_with_options(const control_block<Tcp>& c, const segment& s) {
    const auto usual = static_cast<std::uint32_t>(c.uses_timestamps() ? tcp_options::timestamps_length : 0);
    const auto options = static_cast<std::uint32_t>(s.option_list.size());
    return s.text_length + (options > usual ? s.segments * (options - usual) : 0);
}

/// The ACK policy says when text that has been taken is acknowledged; `length` is text_with_options.
template <class Tcp>
constexpr void decide_ack(control_block<Tcp>& c, environment<Tcp>& env, const segment& s, std::uint32_t length,
                          bool in_order) {
    const instant by = c.ack.acknowledge_by({.now = env.now,
                                             .octets = length,
                                             .largest = c.largest_received,
                                             .in_order = in_order,
                                             .fin = s.has(flag::fin)});
    if (by <= env.now)
        c.ack_now = true;
    else
        c.timer.set(timer::delayed_ack, std::min({by, env.now + longest_ack_delay, c.timer[timer::delayed_ack]}));
}

/// Of what came behind a gap.
template <class Tcp>
constexpr void owe_duplicate_ack(control_block<Tcp>& c) {
    if (c.duplicate_acks < 255) ++c.duplicate_acks;
}

/// RFC 5961 section 7.
template <class Tcp>
constexpr void challenge(control_block<Tcp>& c, environment<Tcp>& env) {
    if (env.now - c.challenges_since >= env.settings.limits.challenge_period) {
        c.challenges_since = env.now;
        c.challenges = 0;
    }
    if (c.challenges >= env.challenge_limit) {
        ++env.count.limited;
        return;
    }
    ++c.challenges;
    ++env.count.challenge_acks;
    c.ack_now = true;
}

/// Two ends that find each other's empty ACKs unacceptable would answer for ever (N15). What occupies sequence space is
/// always answered (N36).
template <class Tcp>
constexpr void acknowledge_unacceptable(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if (s.length() == 0) {
        if (env.now - c.last_stray_ack < env.settings.limits.stray_ack_interval) {
            ++env.count.limited;
            return;
        }
        c.last_stray_ack = env.now;
    }
    c.ack_now = true;
}

}  // namespace sluice
