// SPDX-License-Identifier: MIT
//
// How large a connection's packets may be on their way (RFC 9293 section 3.7.2): the handshake's MSS is the most, a
// router may say less (RFC 1191, RFC 8201), and a cache may have heard so before. What is said is doubted while larger
// packets arrive (RFC 5927 section 7.2). In every case Eff.snd.MSS follows, and what is out is cut anew as it leaves
// again. Packets that are tried out are mtu_probing's.
#pragma once

#include <sluice/connection/ask.hpp>
#include <sluice/connection/control_block.hpp>
#include <sluice/connection/environment.hpp>
#include <sluice/wire/icmp.hpp>

namespace sluice {

/// IP and TCP, without options.
template <class Tcp>
constexpr std::uint32_t fixed_headers(const control_block<Tcp>& c) {
    return static_cast<std::uint32_t>((c.remote.address.is_v4() ? ipv4::header_length : ipv6::header_length) +
                                      tcp_header::length);
}

/// What of each packet with text is no text: with the options that all of them have (N34).
template <class Tcp>
constexpr std::uint32_t packet_overhead(const control_block<Tcp>& c) {
    return fixed_headers(c) + (c.uses_timestamps() ? static_cast<std::uint32_t>(tcp_options::timestamps_length) : 0);
}

/// The largest packet that leaves.
template <class Tcp>
constexpr std::uint32_t path_mtu(const control_block<Tcp>& c) {
    return c.mss + packet_overhead(c);
}
/// And the largest that may ever: what both ends and our link take.
template <class Tcp>
constexpr std::uint32_t largest_mtu(const control_block<Tcp>& c) {
    return c.path.largest_mss + packet_overhead(c);
}

/// Packets are of this size from now on.
template <class Tcp>
constexpr void fit_segments(control_block<Tcp>& c, std::uint32_t mtu) {
    const std::uint32_t overhead = packet_overhead(c);
    const std::uint32_t mss = std::clamp<std::uint32_t>(floored_difference(mtu, overhead), 1, c.path.largest_mss);
    if (mss == c.mss) return;
    c.mss = mss;
    if constexpr (requires { c.congestion.on_mss(mss); }) c.congestion.on_mss(mss);
}

/// Our link takes less than before. What is out may arrive all the same.
template <class Tcp>
constexpr void hear_link_mtu(control_block<Tcp>& c, std::uint16_t mtu) {
    const std::uint32_t mss = std::max(floored_difference(mtu, packet_overhead(c)), 1u);
    if (c.path.largest_mss == 0) c.mss = std::min(c.mss, mss);  // the handshake goes on
    if (c.path.largest_mss <= mss) return;
    c.path.largest_mss = static_cast<std::uint16_t>(mss);
    if constexpr (Tcp::probes_mtu) c.probes.search.bound(mtu);
    fit_segments(c, std::min<std::uint32_t>(mtu, path_mtu(c)));
}

/// No packet above `mtu` gets through. After `path_mtu_lasts` the path may have changed (RFC 1191 section 6.3, RFC 8201
/// section 4).
template <class Tcp>
constexpr void lower_path_mtu(control_block<Tcp>& c, environment<Tcp>& env, std::uint16_t mtu) {
    ++env.count.path_mtus_lowered;
    c.path.believed = mtu;
    c.path.doubted = 0;
    c.path.raise_at = env.now + env.settings.limits.path_mtu_lasts;
    if constexpr (Tcp::probes_mtu) c.probes.search.bound(mtu);
    fit_segments(c, mtu);
}

/// The handshake has said what there is to say. What is known of the path from other connections holds for this one.
template <class Tcp>
constexpr void begin_path_mtu(control_block<Tcp>& c) {
    c.path.largest_mss = static_cast<std::uint16_t>(c.mss);
    if (c.path.believed != 0) fit_segments(c, c.path.believed);
    if constexpr (Tcp::probes_mtu)
        c.probes.search.begin(static_cast<std::uint16_t>(path_mtu(c)), static_cast<std::uint16_t>(path_mtu(c)));
}

/// From a cache, for a connection that opens.
template <class Tcp>
constexpr void expect_path_mtu(control_block<Tcp>& c, std::uint16_t mtu, instant until) {
    c.path.believed = mtu;
    c.path.raise_at = until;
    if (c.path.largest_mss != 0) begin_path_mtu(c);
}

/// Once a round trip, while it is lowered and long ago.
template <class Tcp>
constexpr void raise_path_mtu(control_block<Tcp>& c) {
    c.path.raise_at = never;
    if constexpr (Tcp::probes_mtu)
        c.probes.search.begin(static_cast<std::uint16_t>(path_mtu(c)), static_cast<std::uint16_t>(largest_mtu(c)));
    else
        fit_segments(c, largest_mtu(c));
}

/// N43: less than what is known to have arrived is not believed at once. So many octets in so few segments can't all
/// have come in packets that small; nor does any sane link take less than 552. What was believed before, however, or
/// more, can do no new harm. The SYN is acknowledged too, and no text; of a connection that was accepted it left with
/// the half-open record, which these books don't know.
template <class Tcp>
constexpr bool is_doubtful(const control_block<Tcp>& c, std::uint16_t mtu) {
    if (c.path.believed != 0 && c.path.believed <= mtu) return false;
    const std::uint64_t most_text = floored_difference(mtu, packet_overhead(c));
    const std::uint32_t still_out = c.snd.flight() / c.path.largest_mss;
    return mtu < mtu_search::least_v4 ||
           c.totals.acknowledged > 1 + floored_difference(c.totals.segments_out, still_out) * most_text;
}

/// No packet above `mtu` gets through, as somebody says of the one with this number.
template <class Tcp>
constexpr bool believes_path_mtu(control_block<Tcp>& c, environment<Tcp>& env, std::uint16_t mtu, seq number) {
    if (is_doubtful(c, mtu)) {
        ++env.count.path_mtus_doubted;
        c.path.doubted = mtu;
        c.path.doubted_at = number;
        return false;
    }
    lower_path_mtu(c, env, mtu);
    return true;
}

/// Another connection to that address has found out (RFC 8201 section 5.2). Nothing is out: what leaves next is the
/// first that it is said of. While something is, a router says so itself, and of what was too big.
template <class Tcp>
constexpr void hear_path_mtu(control_block<Tcp>& c, environment<Tcp>& env, std::uint16_t mtu, instant until) {
    if (c.path.largest_mss == 0) return expect_path_mtu(c, mtu, until);
    if (mtu > path_mtu(c)) return;
    if (mtu == path_mtu(c) ? c.path.raise_at != never : believes_path_mtu(c, env, mtu, c.snd.nxt))
        c.path.raise_at = until;
}

/// What a router that does not say how much it takes can mean (RFC 1191 section 5): the next usual size below what it
/// quotes, so that all that such ones say of one window comes to the same. Some count the header twice, and nobody can
/// tell which.
template <class Tcp>
constexpr std::uint32_t guess_mtu(const control_block<Tcp>& c, std::uint32_t quoted) {
    const auto header = static_cast<std::uint32_t>(ipv4::header_length);
    return plateau_below(quoted < path_mtu(c) ? quoted : floored_difference(quoted, header));
}

/// A router says that a packet of ours was too big for it, and how much it takes; older ones than RFC 1191 say 0. Whose
/// message it is, and that what it quotes is in flight, has been looked at (RFC 5927 section 4). What was too big
/// leaves again at once, in smaller segments, and has met no congestion (RFC 1191 section 6.5): what it quotes, and
/// what is longer than fits with the options that segments have now, as it will have had them.
template <class Tcp>
constexpr void hear_too_big(control_block<Tcp>& c, environment<Tcp>& env, const icmp_error& e) {
    if (!c.snd.syn_acknowledged() || c.flight.empty()) return;
    const bool is_v4 = c.remote.address.is_v4();
    const std::uint32_t least = is_v4 ? 68 : 1280;  // RFC 1191 section 3; RFC 8201 section 4: less is discarded
    const std::uint32_t mtu = e.mtu == 0 && is_v4 ? guess_mtu(c, e.length) : e.mtu;
    if constexpr (Tcp::probes_mtu)
        if (e.sequence == c.probes.begin) c.probes.search.hear(mtu);
    if (mtu < least || mtu >= path_mtu(c)) return;  // it is never raised so; and each is heard once
    if (!believes_path_mtu(c, env, static_cast<std::uint16_t>(mtu), e.sequence)) return;
    if (!c.flight.put_back_longer(segment_room(c, env), e.sequence)) return;
    c.retransmit_now = true;
    if (!c.probing) c.restart_retransmission_timer(env.now);
}

/// The retransmission timer has expired. What was doubted is true, if the packet that it was said of has not arrived
/// since (RFC 5927 section 7.2).
template <class Tcp>
constexpr void judge_doubts(control_block<Tcp>& c, environment<Tcp>& env) {
    const std::uint16_t mtu = std::exchange(c.path.doubted, 0);
    if (mtu != 0 && c.snd.una <= c.path.doubted_at && c.path.doubted_at < c.snd.nxt) lower_path_mtu(c, env, mtu);
}

}  // namespace sluice
