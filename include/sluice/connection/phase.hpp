// SPDX-License-Identifier: MIT
//
// Where a connection is in its life, in one word: its state, and in the states that carry text what it is that sending
// waits for. For those who look at a connection; nothing is decided by it.
#pragma once

#include <sluice/connection/ask.hpp>

namespace sluice {

enum class phase : std::uint8_t {
    closed,
    listening,
    opening,
    resting,     // nothing to send
    slow_start,
    congestion_avoidance,
    recovery,       // losses that ACKs have shown
    after_timeout,  // losses that only time has shown
    window_shut,    // the peer takes nothing (RFC 9293 section 3.8.6.1)
    closing,        // our FIN is queued or out
    time_wait,
};

constexpr const char* name(phase p) {
    switch (p) {
        case phase::closed: return "closed";
        case phase::listening: return "listening";
        case phase::opening: return "opening";
        case phase::resting: return "resting";
        case phase::slow_start: return "slow start";
        case phase::congestion_avoidance: return "congestion avoidance";
        case phase::recovery: return "recovery";
        case phase::after_timeout: return "after a timeout";
        case phase::window_shut: return "window shut";
        case phase::closing: return "closing";
        case phase::time_wait: return "time wait";
    }
    return "?";
}

template <class Tcp>
constexpr phase phase_of(const control_block<Tcp>& c) {
    switch (c.state) {
        case state::closed: return phase::closed;
        case state::listen: return phase::listening;
        case state::syn_sent:
        case state::syn_received_passive:
        case state::syn_received_active: return phase::opening;
        case state::time_wait: return phase::time_wait;
        default: break;
    }
    if (in_recovery(c)) return phase::recovery;
    if (after_timeout(c)) return phase::after_timeout;
    if (c.window_shut() && !c.nothing_owed()) return phase::window_shut;
    if (c.fin_queued) return phase::closing;
    if (c.nothing_owed()) return phase::resting;
    return target_window(c) < ssthresh(c) ? phase::slow_start : phase::congestion_avoidance;
}

}  // namespace sluice
