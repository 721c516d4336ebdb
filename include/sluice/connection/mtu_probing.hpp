// SPDX-License-Identifier: MIT
//
// Packets that are tried out (RFC 4821): one segment of the text that is due anyway, larger than the others. If it
// arrives, the others become as large; if it is the only one that is lost, that was its size's fault and no congestion.
// A path that swallows full-sized packets and says nothing is found by two timeouts. For who has chosen it.
#pragma once

#include <sluice/connection/path_mtu.hpp>
#include <sluice/connection/pacing.hpp>

namespace sluice {

enum class resending : std::uint8_t { nothing, waits, sent };

/// Behind a probe so many segments leave that its loss is seen (RFC 4821 section 7.4): DupThresh, and one.
inline constexpr std::uint32_t segments_behind_probe = 4;
/// No probe from a smaller window: what its loss would hold up is too much of it (practice: Linux).
inline constexpr std::uint32_t least_window_for_probe = 11;

/// The search has ended, below what there might be: it begins again when the path may have changed (RFC 4821 section
/// 7.4).
template <class Tcp>
constexpr void rest_search(control_block<Tcp>& c, environment<Tcp>& env) {
    if (c.probes.search.is_over() && path_mtu(c) < largest_mtu(c))
        c.path.raise_at = env.now + env.settings.limits.path_mtu_lasts;
}

/// Whether now is a time for it: something to search, nothing in doubt, and enough behind it.
template <class Tcp>
constexpr bool may_probe_mtu(const control_block<Tcp>& c, std::uint32_t text) {
    if (in_recovery(c) || after_timeout(c) || c.flight.sacked_octets() > 0 || c.snd.urgent) return false;
    const std::uint32_t needed = text + segments_behind_probe * c.mss;
    return c.unsent() >= needed && c.snd.usable_window() >= needed &&
           target_window(c) >= std::max(needed, least_window_for_probe * c.mss) && !c.flight.crowded();
}

/// `waits` for room in the congestion window: text that passes it would take that.
template <class Tcp>
constexpr resending send_mtu_probe(control_block<Tcp>& c, environment<Tcp>& env, tx_packet& p) {
    if constexpr (Tcp::probes_mtu) {
        auto& search = c.probes.search;
        if (!c.snd.syn_acknowledged() || search.is_over() || search.awaits() || !c.uses_sack()) return {};
        const std::uint32_t mss = search.next() - packet_overhead(c);
        c.flight.provide(env.pool, 2);
        if (c.unsent() > 0) note_idle(c, env);  // it may be the first behind a pause
        if (!may_probe_mtu(c, mss)) return {};
        const std::uint32_t allowed = quota(c);
        if (allowed < mss) return c.cwnd_limited = true, c.flight.pipe() > 0 ? resending::waits : resending::nothing;
        if (is_put_off(c, env)) return resending::waits;
        const std::uint32_t usual = std::exchange(c.mss, mss);
        const std::uint32_t text = segment_room(c, env);
        const bool fits = fit_spans(c, c.snd.nxt, text, text) == text;
        if (fits) {
            c.probes.begin = c.snd.nxt;
            c.probes.end = c.snd.nxt + text;
            send_new(c, env, p, text,
                     {.why = transmission::new_data, .allowed = allowed, .window_left = c.snd.usable_window()});
            search.sent();
            ++env.count.mtu_probes;
        }
        c.mss = usual;
        return fits ? resending::sent : resending::nothing;
    } else {
        return {};
    }
}

/// Something leaves. If it is of the probe, nobody will be able to tell which of the two has arrived.
template <class Tcp>
constexpr void note_mtu_probe(control_block<Tcp>& c, const sent_report& r) {
    if constexpr (Tcp::probes_mtu)
        if (c.probes.search.awaits() && r.begin < c.probes.end && c.probes.begin < r.begin + r.length)
            c.probes.search.forget();
}

/// SND.UNA has moved.
template <class Tcp>
constexpr void judge_mtu_probe(control_block<Tcp>& c, environment<Tcp>& env) {
    if constexpr (Tcp::probes_mtu) {
        if (!c.probes.search.awaits() || c.snd.una < c.probes.end) return;
        c.probes.search.arrived();
        ++env.count.mtu_probes_arrived;
        fit_segments(c, c.probes.search.low);
        rest_search(c, env);
    }
}

/// The recovery policy has found a loss. True: it is a probe, and nothing else, which the congestion policy is not told
/// of (RFC 4821 section 7.6.2).
template <class Tcp>
constexpr bool excuses_loss(control_block<Tcp>& c, environment<Tcp>& env) {
    if constexpr (Tcp::probes_mtu) {
        const list_index i = c.flight.next_lost();
        const std::uint32_t length = c.probes.end - c.probes.begin;
        if (!c.probes.search.awaits() || i == no_index || c.flight[i].begin != c.probes.begin ||
            c.flight.lost_now() != length)
            return false;
        c.probes.search.lost();
        ++env.count.mtu_probes_lost;
        rest_search(c, env);
        c.probes.excused = true;
        c.probes.lost_before = c.flight.lost_octets();
        c.may_take_back = false;
        return true;
    } else {
        return false;
    }
}

/// While that is repaired: something else is lost as well, and that is congestion (section 7.6.3).
template <class Tcp>
constexpr bool ends_excuse(control_block<Tcp>& c) {
    if constexpr (Tcp::probes_mtu) {
        if (!c.probes.excused) return false;
        c.probes.excused = in_recovery(c) && c.flight.lost_octets() == c.probes.lost_before;
        return !c.probes.excused && in_recovery(c);
    } else {
        return false;
    }
}

/// The retransmission timer has expired. Twice for a full-sized packet: what is full-sized may be too large (section
/// 7.7), and the search begins below. In IPv4 two more lead further down; it may be an outage all the same, so that
/// what was large before is tried again.
template <class Tcp>
constexpr void judge_black_hole(control_block<Tcp>& c, environment<Tcp>& env) {
    if constexpr (Tcp::probes_mtu) {
        c.probes.search.forget();
        c.probes.excused = false;
        const auto now = static_cast<std::uint16_t>(path_mtu(c));
        const std::uint16_t less = mtu_search::below(now, c.remote.address.is_v4());
        if (c.retries % 2 != 0 || now <= less || c.flight[c.flight.first()].length() < c.mss) return;
        ++env.count.black_holes;
        c.probes.search.begin(less, c.retries == 2 ? now : std::max(now, c.probes.search.high));
        c.path.raise_at = never;
        fit_segments(c, less);
    }
}

}  // namespace sluice
