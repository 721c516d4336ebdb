// SPDX-License-Identifier: MIT
//
// What a segment tells beside its numbers and its text: whether it is a ghost from long ago, what to echo (RFC 7323),
// which octets came for a second time (RFC 2883), how long a round trip is, seen from here. Which step of SEGMENT
// ARRIVES asks, and what follows from it, is input's.
#pragma once

#include <sluice/connection/answers.hpp>

namespace sluice {

/// False when it is to be dropped: a segment that is older than what was heard last is a duplicate from long ago,
/// however well its number fits (PAWS, RFC 7323 section 5.3 R1). A RST is exempt. What lacks the timestamp that was
/// agreed on is dropped without a word (section 3.2), but for a SYN: that may be a peer's which has lost all memory of
/// us, and it is challenged whatever it looks like (RFC 5961 section 4.2), as often as any other.
template <class Tcp>
constexpr bool timestamp_fits(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if constexpr (Tcp::options::timestamps) {
        if (!c.agreed.timestamps || s.has(flag::rst)) return true;
        if (!s.options.timestamps) {
            if (s.has(flag::syn)) return true;
            ++env.count.without_timestamp;
            return false;
        }
        if (c.clock.is_old(s.options.timestamps->value, env.now)) {
            ++env.count.too_old;
            if (s.has(flag::syn))
                challenge(c, env);
            else
                acknowledge_unacceptable(c, env, s);
            return false;
        }
    }
    return true;
}

/// R3: what is acceptable, and begins no later than what was acknowledged last, is what is echoed from now on. `first`
/// is where it began, before it was trimmed.
template <class Tcp>
constexpr void remember_timestamp(control_block<Tcp>& c, environment<Tcp>& env, const segment& s, seq first) {
    if constexpr (Tcp::options::timestamps)
        if (c.agreed.timestamps && s.options.timestamps) c.clock.take(s.options.timestamps->value, first, env.now);
}

/// [begin, end) of the text has come before, be it acknowledged or held (RFC 2883).
template <class Tcp>
constexpr void note_duplicate(control_block<Tcp>& c, environment<Tcp>& env, seq begin, seq end) {
    if (!(begin < end)) return;
    ++env.count.duplicates_in;
    if constexpr (Tcp::options::sack)
        if (c.agreed.sack) c.to_report.note_duplicate(c.assembly.held(), begin, end);
}

/// How long a round trip is, seen from here, where buffers are tuned by it.
template <class Tcp>
constexpr void measure_round(control_block<Tcp>& c, environment<Tcp>& env, const segment& s) {
    if constexpr (Tcp::tunes_buffers) {
        if constexpr (Tcp::options::timestamps)
            if (c.agreed.timestamps && s.options.timestamps) {
                const std::uint32_t echo = s.options.timestamps->echo;
                return c.tuning.on_echo(echo, c.clock.round_trip(echo, env.now));
            }
        c.tuning.on_text(env.now, c.rcv.nxt, c.rcv.edge);
    }
}

}  // namespace sluice
