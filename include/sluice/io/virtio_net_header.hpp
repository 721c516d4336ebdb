// SPDX-License-Identifier: MIT
//
// The ten octets that stand before a packet where a device offloads (virtio 1.1 section 5.1.6, as TUN has it with
// IFF_VNET_HDR and packet sockets with PACKET_VNET_HDR): whether its checksum is still to be finished, and into which
// segments it is to be cut. Integers are the machine's own (TUNSETVNETLE is not asked for).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include <sluice/wire/packet.hpp>

namespace sluice::io {

struct virtio_net_header {
    static constexpr std::size_t length = 10;
    static constexpr std::uint8_t needs_checksum = 1, data_is_valid = 2;                   // flags
    static constexpr std::uint8_t no_gso = 0, tcp_over_v4 = 1, tcp_over_v6 = 4, with_ecn = 0x80;  // gso_type

    std::uint8_t flags = 0;
    std::uint8_t gso_type = no_gso;
    std::uint16_t header_length = 0;    // of IP and TCP together
    std::uint16_t gso_size = 0;         // payload of each segment
    std::uint16_t checksum_start = 0;   // where the sum begins,
    std::uint16_t checksum_offset = 0;  // and where it is stored, from there

    static virtio_net_header read(octets from) {
        std::array<octet, length> all;
        copy(from.first(length), all);
        return std::bit_cast<virtio_net_header>(all);
    }
    std::array<octet, length> octets_of() const { return std::bit_cast<std::array<octet, length>>(*this); }

    /// With so many octets between it and the packet.
    static virtio_net_header before(const tx_packet& packet, std::uint8_t link_header = 0) {
        if (packet.is_finished) return {};
        virtio_net_header out{.flags = needs_checksum,
                              .header_length = static_cast<std::uint16_t>(link_header + packet.header_length),
                              .checksum_start = static_cast<std::uint16_t>(link_header + packet.ip_length),
                              .checksum_offset = tcp_header::at::checksum};
        if (packet.segments() > 1) {
            out.gso_type = packet.meta.is_v4() ? tcp_over_v4 : tcp_over_v6;
            if (packet.header().flags.has(flag::cwr)) out.gso_type |= with_ecn;  // CWR on the first slice alone
            out.gso_size = packet.segment_size;
        }
        return out;
    }

    checksum_state checksum() const {
        if ((flags & needs_checksum) != 0) return checksum_state::partial;
        return (flags & data_is_valid) != 0 ? checksum_state::verified : checksum_state::unknown;
    }
    std::uint16_t segment_size() const { return gso_type == no_gso ? std::uint16_t{0} : gso_size; }
};
static_assert(sizeof(virtio_net_header) == virtio_net_header::length);

}  // namespace sluice::io
