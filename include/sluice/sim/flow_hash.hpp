// SPDX-License-Identifier: MIT
//
// A keyed hash of what tells flows apart in a packet's octets: addresses, protocol and, of TCP and UDP, ports (RFC 8290
// section 4.1). It reads no further than it must: options are stepped over, IPv6 extension headers are not.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include <sluice/base/siphash.hpp>
#include <sluice/sim/udp.hpp>

namespace sluice::sim {

/// What is no IP packet is one flow.
constexpr std::uint64_t flow_hash(siphash_key key, octets packet) {
    std::array<octet, 37> message{};
    std::size_t end = 0, transport = 0;
    const auto add = [&](octets part) {
        std::copy(part.begin(), part.end(), message.begin() + static_cast<std::ptrdiff_t>(end));
        end += part.size();
    };
    if (packet.size() >= ipv6::header_length && packet[0] >> 4 == 6) {
        add(packet.subspan(ipv6::at::source, 32));
        add(packet.subspan(ipv6::at::next_header, 1));
        transport = ipv6::header_length;
    } else if (packet.size() >= ipv4::header_length && packet[0] >> 4 == 4) {
        add(packet.subspan(ipv4::at::source, 8));
        add(packet.subspan(ipv4::at::protocol, 1));
        transport = static_cast<std::size_t>(packet[ipv4::at::version_ihl] & 0xf) * 4;
    }
    const bool has_ports = end > 0 && (message[end - 1] == protocol_tcp || message[end - 1] == protocol_udp);
    if (has_ports && packet.size() >= transport + 4) add(packet.subspan(transport, 4));
    return siphash(key, octets(message).first(end));
}

}  // namespace sluice::sim
