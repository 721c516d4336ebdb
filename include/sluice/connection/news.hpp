// SPDX-License-Identifier: MIT
//
// What an application hears of its connection, and of a listener. How it hears, and when, is not decided here.
// It knows nothing of connections, so that those who only listen need none.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

/// Coalesced: each at most once until it is taken.
enum class news : std::uint8_t {
    connected,
    readable,
    writable,
    urgent,        // MUST-32
    peer_closed,   // "connection closing"
    unresponsive,  // R1 is reached (SHLD-9); the IP layer may look for another way (MUST-20)
    failed,        // see error()
    closed,        // CLOSED is reached
    acceptable,    // a listener has a connection to accept
    drained,       // all that was sent is acknowledged, our FIN too
    soft_error,    // an ICMP error has come that ends nothing (MUST-47): see soft_error()
};
inline constexpr std::size_t news_count = static_cast<std::size_t>(news::soft_error) + 1;

constexpr const char* name(news n) {
    switch (n) {
        case news::connected: return "connected";
        case news::readable: return "readable";
        case news::writable: return "writable";
        case news::urgent: return "urgent";
        case news::peer_closed: return "peer closed";
        case news::unresponsive: return "unresponsive";
        case news::failed: return "failed";
        case news::closed: return "closed";
        case news::acceptable: return "acceptable";
        case news::drained: return "drained";
        case news::soft_error: return "soft error";
    }
    return "?";
}

}  // namespace sluice
