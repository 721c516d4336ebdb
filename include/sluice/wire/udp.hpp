// SPDX-License-Identifier: MIT
//
// UDP datagrams (RFC 768), for whoever refuses, passes on or simulates what others send beside TCP: whether one is
// sound, and how one is written. It must not know why.
#pragma once

#include <optional>

#include <sluice/wire/packet.hpp>

namespace sluice::udp {

inline constexpr std::size_t header_length = 8;

// clang-format off
namespace at {  // first octet of each field
inline constexpr std::size_t source_port = 0, destination_port = 2, length = 4, checksum = 6;
}
// clang-format on

struct datagram {
    std::uint16_t source_port = 0, destination_port = 0;
    octets text{};
};

/// Reads one from the payload of an IP packet, where others may have padded behind it; nothing for one that is cut
/// short or was harmed on its way, which its link may have looked at already. IPv6 knows none without a checksum (RFC
/// 8200 section 8.1).
constexpr std::optional<datagram> read(const ip_meta& ip, octets payload,
                                       checksum_state checksum = checksum_state::unknown) {
    if (payload.size() < header_length) return {};
    const std::size_t length = load_be16(payload.data() + at::length);
    if (length < header_length || length > payload.size()) return {};
    const bool is_summed = load_be16(payload.data() + at::checksum) != 0;
    if (!is_summed && !ip.is_v4()) return {};
    if (is_summed && checksum == checksum_state::unknown &&
        pseudo_header_sum(ip, length, protocol_udp).add(payload.first(length)).finish() != 0)
        return {};
    return datagram{.source_port = load_be16(payload.data() + at::source_port),
                    .destination_port = load_be16(payload.data() + at::destination_port),
                    .text = payload.first(length).subspan(header_length)};
}

/// Makes a datagram of a packet that has begun and borrows its text.
constexpr void finish(tx_packet& p, std::uint16_t source_port, std::uint16_t destination_port) {
    const mutable_octets header = begin_headers(p, header_length, protocol_udp);
    const std::size_t length = header_length + p.payload_length;
    store_be16(header.data() + at::source_port, source_port);
    store_be16(header.data() + at::destination_port, destination_port);
    store_be16(header.data() + at::length, static_cast<std::uint16_t>(length));
    store_be16(header.data() + at::checksum, 0);
    const std::uint16_t sum =
        pseudo_header_sum(p.meta, length, protocol_udp).add(header).add(sum_of_payload(p)).finish();
    store_be16(header.data() + at::checksum, sum != 0 ? sum : std::uint16_t{0xffff});  // 0 would say that there is none
    p.is_finished = true;
}

}  // namespace sluice::udp
