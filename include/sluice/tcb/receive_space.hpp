// SPDX-License-Identifier: MIT
//
// The receive sequence space (RFC 9293 section 3.3.1, figure 4) and the acceptability of segments (section 3.4, table
// 6). The window is kept as its right edge, which never moves left (SHLD-14).
#pragma once

#include <algorithm>

#include <sluice/wire/seq.hpp>

namespace sluice {

struct receive_space {
    seq irs;
    seq nxt;
    seq edge;  // RCV.NXT + RCV.WND, as last advertised
    seq up;    // just after the last urgent octet, while `urgent`
    bool synchronized = false;  // IRS is known
    bool urgent = false;
    std::uint16_t unsaid = 0;  // by so much less than the edge the peer was told last: what made no whole unit

    constexpr void start(seq initial, std::uint32_t window) {
        *this = {};
        irs = initial;
        nxt = up = initial + 1;
        edge = nxt + window;
        synchronized = true;
    }

    constexpr std::uint32_t wnd() const { return edge - nxt; }
    /// What of it the peer knows of.
    constexpr std::uint32_t known_wnd() const { return wnd() > unsaid ? wnd() - unsaid : 0; }
    constexpr bool in_window(seq s) const { return nxt <= s && s < edge; }

    /// Table 6, but for the right edge (N37). A segment with a length needs its first or its last octet inside. One
    /// without may also stand at the edge: SND.NXT of a peer that has filled our window is just there.
    constexpr bool acceptable(seq first, std::uint32_t length) const {
        if (length == 0) return nxt <= first && first <= edge;
        return in_window(first) || in_window(first + (length - 1));
    }

    /// Receiver SWS avoidance (3.8.6.2.2, MUST-39): the edge follows the free space only in steps worth a segment or
    /// half of the buffer. True when it moved.
    constexpr bool offer(std::uint32_t free_space, std::uint32_t buffer_size, std::uint32_t mss) {
        const seq possible = nxt + free_space;
        const std::uint32_t worth = std::min(buffer_size / 2, mss);
        if (!(edge < possible) || possible - edge < worth) return false;
        edge = possible;
        return true;
    }

    /// What of the window can be said in units of 2^shift (RFC 7323 section 2.2). Rounded down, the edge that the peer
    /// sees would move left; so it is rounded up while there is room for that (section 2.4: senders survive it).
    constexpr std::uint32_t in_units(std::uint32_t free_space, std::uint8_t shift) const {
        const std::uint32_t units = wnd() >> shift;
        const bool is_rounded_up = units << shift != wnd() && (units + 1) << shift <= free_space;
        return is_rounded_up ? units + 1 : units;
    }
    /// The window as it is written into a segment.
    constexpr std::uint16_t field(std::uint32_t free_space, std::uint8_t shift) {
        const std::uint32_t units = in_units(free_space, shift);
        edge = later(edge, nxt + (units << shift));
        unsaid = static_cast<std::uint16_t>(wnd() - (units << shift));
        return static_cast<std::uint16_t>(std::min<std::uint32_t>(units, 65535));
    }
};

}  // namespace sluice
