// SPDX-License-Identifier: MIT
//
// The send sequence space (RFC 9293 section 3.3.1, figure 3) and the gate: the one function that says how many new
// octets may leave now. It knows nothing of segments in flight beyond their number of octets, and nothing of time.
#pragma once

#include <algorithm>

#include <sluice/wire/seq.hpp>

namespace sluice {

struct send_space {
    seq iss;
    seq una;
    seq nxt;
    seq up;   // just after the last urgent octet, while `urgent`
    seq wl1;  // SEG.SEQ and SEG.ACK of the last window update
    seq wl2;
    std::uint32_t acked = 0;    // SYN included; stops counting at 2^30, so that it outlives the wrap of ISS
    std::uint32_t wnd = 0;      // 32 bits whatever the header holds (REC-1)
    std::uint32_t max_wnd = 0;  // MAX.SND.WND: only grows (N30)
    bool urgent = false;

    constexpr void start(seq initial) {
        *this = {};
        iss = una = nxt = wl2 = up = initial;
    }

    /// Sequence numbers sent and not yet acknowledged.
    constexpr std::uint32_t flight() const { return nxt - una; }
    constexpr bool syn_acknowledged() const { return acked > 0; }
    constexpr bool syn_sent() const { return acked > 0 || nxt != iss; }
    /// Whether our SYN stands at this number; after 4 GiB other octets do.
    constexpr bool is_syn(seq s) const { return acked == 0 && s == iss; }

    constexpr void advance(seq ack) {
        acked = std::min(acked + (ack - una), std::uint32_t{1} << 30);
        una = ack;
        if (urgent && up <= ack) urgent = false;
    }

    /// What is left of the offered window; zero when it has shrunk below what is out (MUST-34).
    constexpr std::uint32_t usable_window() const {
        const seq edge = una + wnd;
        return edge > nxt ? edge - nxt : 0;
    }

    /// The number of a segment without text: SND.NXT, or where the peer's window has shut or shrunk below that, one
    /// which the peer finds acceptable (table 6). It would not look at the ACK of any other.
    constexpr seq number_without_text() const {
        const seq edge = una + wnd;
        if (!syn_acknowledged() || nxt <= edge) return nxt;
        return wnd == 0 ? una : edge - 1;
    }

    /// SND.UNA < SEG.ACK =< SND.NXT.
    constexpr bool acknowledges_new(seq ack) const { return una < ack && ack <= nxt; }

    /// RFC 5961 section 5.2 (MAY-12), with N19: an ACK from before our SYN can't be genuine.
    constexpr bool acceptable_ack(seq ack) const {
        const std::uint32_t oldest = std::min(max_wnd, acked);
        return una - oldest <= ack && ack <= nxt;
    }

    /// SND.WL1 and SND.WL2 keep an old segment from updating the window (3.10.7.4 fifth, N30).
    constexpr bool updates_window(seq segment, seq ack) const {
        return una <= ack && (wl1 < segment || (wl1 == segment && wl2 <= ack));
    }

    constexpr void take_window(seq segment, seq ack, std::uint32_t window) {
        wl1 = segment;
        wl2 = ack;
        wnd = window;
        max_wnd = std::max(max_wnd, window);
    }
};

/// a − b, or nothing.
constexpr std::uint32_t floored_difference(std::uint32_t a, std::uint32_t b) { return a > b ? a - b : 0; }

/// The gate: min(cwnd − pipe, SND.UNA + SND.WND − SND.NXT), each floored at 0. Retransmissions are bound by its first
/// term.
constexpr std::uint32_t gate(std::uint32_t congestion_allows, const send_space& snd) {
    return std::min(congestion_allows, snd.usable_window());
}

}  // namespace sluice
