// SPDX-License-Identifier: MIT
// What lies between two ends: packets become octets, octets are read back, time passes, and a test writes segments of
// its own. Without doctest, since fuzz targets use it too: what is wrong is thrown.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <sluice/base/time.hpp>
#include <sluice/wire/segment.hpp>

namespace lab {

using namespace sluice;

inline constexpr ip_address client_address = ip_address::v4(198, 18, 0, 1),
                            server_address = ip_address::v4(198, 18, 0, 2);
inline constexpr socket_address server_socket{server_address, 80};

inline std::vector<octet> octets_of(const tx_packet& p) {
    std::vector<octet> out(p.length());
    write(p, out);
    return out;
}

/// What left, taken apart.
inline datagram_segment checked(octets packet) {
    const auto parsed = parse_packet({.data = packet});
    if (!parsed) throw std::runtime_error("a packet left that does not parse or has a wrong checksum");
    return *parsed;
}

/// Each packet that a link would send, and what it says.
void each_sent(const tx_packet& super, auto&& see) {
    split(super, [&](const tx_packet& p) {
        const std::vector<octet> packet = octets_of(p);
        see(packet, checked(packet));
    });
}

inline std::vector<octet> make_segment(const ip_meta& ip, const tcp_header& header, octets options, octets text) {
    tx_packet p;
    p.meta = ip;
    p.borrow(text);
    write_headers(p, header, options);
    return octets_of(p);
}

inline std::vector<octet> make_segment(const socket_address& from, const socket_address& to, tcp_header header,
                                       const tcp_options& options = {}, octets text = {}) {
    std::vector<octet> written(options.length());
    options.write(written);
    header.source_port = from.port;
    header.destination_port = to.port;
    return make_segment({.source = from.address, .destination = to.address}, header, written, text);
}

/// Lets time pass at both ends, and everything that is due until then happen when it is due.
void pass(instant& now, duration d, auto& one, auto& other, auto&& settle) {
    const instant end = now + d;
    settle();
    for (instant next; (next = std::min(one.next_deadline(), other.next_deadline())) <= end;) {
        if (next <= now) throw std::runtime_error("a deadline has come, and stays");
        now = next;
        if (one.next_deadline() <= now) one.on_deadline(now);
        if (other.next_deadline() <= now) other.on_deadline(now);
        settle();
    }
    now = end;
}

}  // namespace lab
