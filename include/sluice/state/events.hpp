// SPDX-License-Identifier: MIT
//
// The alphabet of the machine. Events are conclusions, not segments: by the time one fires, the checks of RFC 9293
// section
// 3.10.7 have been made, so the table needs no guards. One segment may fire several, in order.
#pragma once

#include <sluice/state/states.hpp>

namespace sluice {

enum class event : std::uint8_t {
    // calls (3.10.1 to 3.10.5)
    passive_open,
    active_open,
    send,
    receive,
    close,  // nothing is in its way: in SYN-RECEIVED it waits for queued data (3.10.4)
    abort,
    // conclusions from segments (3.10.7)
    syn_accepted,  // a SYN without ACK that opens a connection
    ack_of_syn,
    ack_of_fin,
    fin,    // with every octet before it received
    reset,  // a RST that passed its checks
    syn_in_window,
    // timeouts (3.10.8, 3.8.3)
    user_timeout,
    retries_exhausted,  // R2, the limits of SYN and SYN-ACK tries, an unanswered keep-alive
    time_wait_timeout,
    orphan_timeout,  // FIN-WAIT-2 that nobody owns any more
};
inline constexpr std::size_t event_count = 16;

constexpr const char* name(event e) {
    switch (e) {
        case event::passive_open: return "passive OPEN";
        case event::active_open: return "active OPEN";
        case event::send: return "SEND";
        case event::receive: return "RECEIVE";
        case event::close: return "CLOSE";
        case event::abort: return "ABORT";
        case event::syn_accepted: return "SYN accepted";
        case event::ack_of_syn: return "ACK of SYN";
        case event::ack_of_fin: return "ACK of FIN";
        case event::fin: return "FIN";
        case event::reset: return "RST";
        case event::syn_in_window: return "SYN in window";
        case event::user_timeout: return "user timeout";
        case event::retries_exhausted: return "retries exhausted";
        case event::time_wait_timeout: return "2MSL timeout";
        case event::orphan_timeout: return "orphan timeout";
    }
    return "?";
}

using event_set = enum_set<event, std::uint32_t>;
constexpr event_set operator|(event a, event b) { return event_set(a) | b; }

/// What a transition does besides moving, in the order in which it is done.
enum class action : std::uint8_t {
    queue_fin,        // our FIN follows what is queued
    send_reset,       // <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>
    tell_connected,
    tell_closing,     // "connection closing": the peer will send no more
    tell_reset,
    tell_refused,
    tell_timed_out,
    forget_peer,      // back to LISTEN as if nothing had come
    start_time_wait,  // the 2MSL timer, every other timer off
    release,          // everything but the record of how it ended
};
inline constexpr std::size_t action_count = 10;

constexpr const char* name(action a) {
    switch (a) {
        case action::queue_fin: return "queue FIN";
        case action::send_reset: return "send RST";
        case action::tell_connected: return "connected";
        case action::tell_closing: return "peer closed";
        case action::tell_reset: return "reset";
        case action::tell_refused: return "refused";
        case action::tell_timed_out: return "timed out";
        case action::forget_peer: return "forget peer";
        case action::start_time_wait: return "start 2MSL";
        case action::release: return "release";
    }
    return "?";
}

using action_set = enum_set<action>;
constexpr action_set operator|(action a, action b) { return action_set(a) | b; }

}  // namespace sluice
