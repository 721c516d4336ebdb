// SPDX-License-Identifier: MIT
// An endpoint that is no TCP: it sends what it is given, and keeps what it gets. A network takes it like any other.
#pragma once

#include <vector>

#include <sluice/sim/host.hpp>
#include <sluice/wire/ipv4.hpp>
#include <sluice/wire/ipv6.hpp>

namespace post {

using namespace sluice;

struct arrival {
    instant at;
    std::vector<octet> data;
};

struct box {
    std::vector<tx_packet> to_send{};
    std::vector<arrival> arrivals{};

    void on_packet(const rx_packet& p, instant now) { arrivals.push_back({now, {p.data.begin(), p.data.end()}}); }
    void on_deadline(instant) {}
    instant next_deadline() const { return never; }
    std::size_t poll_transmit(instant, std::span<tx_packet> room) {
        if (to_send.empty()) return 0;
        room[0] = to_send.front();
        to_send.erase(to_send.begin());
        return 1;
    }
};

/// Does nothing.
struct nobody {
    void step(auto&, instant) {}
};

/// A TCP segment of so many octets, IP header and all.
inline tx_packet letter(const ip_address& from, const ip_address& to, std::size_t length, std::uint8_t hop_limit = 64) {
    static const std::array<octet, 1500> text{};
    const std::size_t headers = tcp_header::length + (to.is_v4() ? ipv4::header_length : ipv6::header_length);
    tx_packet p;
    p.meta = {.source = from, .destination = to, .hop_limit = hop_limit};
    p.borrow(octets(text).first(length - headers));
    write_headers(p, {.source_port = 1, .destination_port = 2}, {});
    return p;
}

}  // namespace post
