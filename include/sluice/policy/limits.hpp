// SPDX-License-Identifier: MIT
//
// Limits that belong to no policy, each with its source. `limits` are a whole stack's; `connection_options` are what an
// application may change on one connection (RFC 9293 section 3.9).
#pragma once

#include <cstdint>
#include <optional>

#include <sluice/base/result.hpp>
#include <sluice/base/time.hpp>

namespace sluice {

/// Stands for "for ever" where a limit of tries or time can be switched off.
inline constexpr std::uint8_t no_limit = 255;
inline constexpr duration no_time_limit = duration::max();

struct connection_options {
    bool nagle = true;        // SHLD-7; off: MUST-17
    bool keep_alive = false;  // MUST-24, MUST-25
    std::uint8_t keep_alive_tries = 9;                // MUST-29: one is no proof; practice
    bool keep_alive_octet = false;                    // MAY-6: one garbage octet for peers that need it
    std::uint8_t dscp = 0;                            // MUST-48
    std::uint8_t hop_limit = 64;                      // MUST-49
    std::uint8_t r1 = 3;                              // SHLD-10: retransmissions
    std::uint8_t r2 = 8;                              // together with r2_time; no_limit: never (MUST-21)
    duration r2_time = 100s;                          // SHLD-11
    duration keep_alive_idle = 2h;                    // MUST-27, MUST-28
    duration keep_alive_interval = 75s;               // practice
    std::optional<duration> user_timeout{};           // 3.9.1.1. What the application set also ends a zero-window
                                                      // stand-off and overrides keep_alive_tries (N23, MUST-37)
    bool user_timeout_option = false;  // RFC 5482: tell the peer, and take its value where none is set here
    bool cork = false;                 // MAY-16: nothing is pushed; what is no whole segment waits for more
    bool error_reports = true;         // SHLD-20: news of what may pass, news::soft_error and news::unresponsive
};

/// bad_argument for what no header can carry (dscp, hop_limit), and for what would end or probe a connection before
/// anything had time to happen: no tries, or no time. no_limit and no_time_limit stand for "for ever".
constexpr error check(const connection_options& o) {
    const bool fits = o.dscp <= 63 && o.hop_limit > 0;
    const bool is_patient = o.keep_alive_tries > 0 && o.keep_alive_idle > duration::zero() &&
                            o.keep_alive_interval > duration::zero() && o.r2_time >= duration::zero() &&
                            o.user_timeout.value_or(no_time_limit) > duration::zero();
    return fits && is_patient ? error::none : error::bad_argument;
}

/// Of ports for the connections that we open. RFC 6056 section 3.2: the wider, the harder to guess; all that are not
/// well-known.
struct port_range {
    std::uint16_t first = 1024;
    std::uint16_t last = 65535;

    constexpr std::uint32_t size() const { return 1u + last - first; }
};

struct limits {
    std::uint16_t mtu = 1500;                         // of the link or path; at least headers + least_path_mss
    std::uint16_t least_path_mss = 28;                // every link takes 68 octets (RFC 791 section 3.2)
    duration path_mtu_lasts = 10min;                  // then more is tried (RFC 1191 section 6.3, RFC 8201 section 4)
    bool window_scale = true;  // RFC 7323; the next two likewise: offered and accepted, unless the
    bool timestamps = true;                           // composition leaves them out
    bool sack = true;                                 // RFC 2018
    std::uint16_t least_peer_mss = 216;               // CVE-2019-11479
    std::uint8_t syn_ack_tries = 5;                   // practice; a stack counts up to 15, unless it is no_limit
    duration syn_time = 180s;                         // MUST-23: R2 of a SYN covers at least three minutes
    duration shortest_user_timeout = 100s;            // L_LIMIT and U_LIMIT of RFC 5482, for what the peer asks for
    duration longest_user_timeout = 24h;
    duration user_timeout = 5min;                     // 3.9.1.1, where the application set none; no_time_limit: never
    duration msl = 30s;                               // 2 MSL = 60 s, practice; the RFC's is 2 min; a stack's
                                                      // records wait for 2 MSL, or 34 min
    duration orphan_fin_wait_2 = 60s;                 // N28, practice
    duration orphan_stand_off = 5min;                 // RFC 6429 section 4: a peer that answers, and takes nothing
    duration longest_probe_interval = 60s;            // 3.8.6.1
    duration sws_override = 200ms;                    // 3.8.6.2.1: 0.1 to 1 s
    std::uint8_t challenge_acks = 10;                 // RFC 5961 section 7: per 5 s and connection, plus a random share
    duration challenge_period = 5s;
    duration stray_ack_interval = 500ms;              // N15: for unacceptable segments without data
    std::uint16_t icmp_errors = 10;                   // RFC 4443 section 2.4 f: sent a second, and at once; 0: none
    std::uint32_t most_connections = 1u << 29;        // of a stack, records not counted; memory bounds them
    std::uint32_t most_time_waits = 1u << 20;         // the oldest is recycled
    port_range ephemeral_ports{};
    duration min_rtt_window = 10s;                    // how long a smallest RTT is believed
    connection_options connection{};
};

}  // namespace sluice
