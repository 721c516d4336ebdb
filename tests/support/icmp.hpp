// SPDX-License-Identifier: MIT
// ICMP as others send it, put together octet by octet with the textbook's checksum: wire/icmp.hpp has no part in it.
#pragma once

#include <vector>

#include <sluice/wire/ipv4.hpp>
#include <sluice/wire/ipv6.hpp>

#include "support/octets.hpp"

namespace sluice::test {

/// The payload of a datagram with these addresses.
inline std::vector<octet> icmp_message(const ip_meta& ip, octet type, octet code, std::uint32_t rest, octets body) {
    std::vector<octet> out{type, code, 0, 0};
    for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<octet>(rest >> shift));
    out.insert(out.end(), body.begin(), body.end());
    std::vector<octet> summed = out;
    if (!ip.is_v4()) {
        const std::size_t length = out.size();
        std::vector<octet> pseudo(ip.source.octets.begin(), ip.source.octets.end());
        pseudo.insert(pseudo.end(), ip.destination.octets.begin(), ip.destination.octets.end());
        for (const int shift : {24, 16, 8, 0}) pseudo.push_back(static_cast<octet>(length >> shift));
        pseudo.insert(pseudo.end(), {0, 0, 0, 58});
        summed.insert(summed.begin(), pseudo.begin(), pseudo.end());
    }
    store_be16(out.data() + 2, static_cast<std::uint16_t>(~textbook_sum(summed)));
    return out;
}

/// A datagram of any protocol.
inline std::vector<octet> datagram(const ip_meta& ip, octet protocol, octets payload) {
    const std::size_t header = ip.is_v4() ? 20 : 40;
    std::vector<octet> out(header);
    if (ip.is_v4())
        ipv4::write(ip, header + payload.size(), out, protocol);
    else
        ipv6::write(ip, header + payload.size(), out, protocol);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

inline std::vector<octet> icmp_packet(const ip_meta& ip, octet type, octet code, std::uint32_t rest, octets body) {
    return datagram(ip, ip.is_v4() ? 1 : 58, icmp_message(ip, type, code, rest, body));
}

/// The first octets of a TCP packet, as a router quotes them: no more of TCP than eight octets.
inline std::vector<octet> quote(const ip_meta& ip, std::uint16_t source_port, std::uint16_t destination_port,
                                std::uint32_t sequence) {
    std::vector<octet> tcp(8);
    store_be16(tcp.data(), source_port);
    store_be16(tcp.data() + 2, destination_port);
    store_be32(tcp.data() + 4, sequence);
    return datagram(ip, 6, tcp);
}

}  // namespace sluice::test
