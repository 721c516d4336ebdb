// SPDX-License-Identifier: MIT
//
// Packets as they would stand on a wire: cut into segments, each with its checksum. For who stands between a host and a
// link and wants to see, keep or harm them; and the way back, for packets that are to be sent as they are.
#pragma once

#include <vector>

#include <sluice/wire/packet.hpp>

namespace sluice::io {

class wire_form {
public:
    /// Calls each(octets) for each packet of the wire that this one stands for; they last as long as the call.
    void of(const tx_packet& packet, auto&& each) {
        split(packet, [&](const tx_packet& slice) {
            whole_.resize(slice.length());
            each(octets(whole_).first(write(slice, whole_)));
        });
    }
    /// The same of one that came. What is no plain TCP is left as it is.
    void of(const rx_packet& packet, auto&& each) {
        tx_packet taken_back;
        if ((packet.segment_size != 0 || packet.checksum == checksum_state::partial) && take_back(packet, taken_back))
            of(taken_back, each);
        else
            each(packet.data.first(std::min(packet.length, packet.data.size())));
    }

private:
    /// As its sender had it, before it was sent.
    static bool take_back(const rx_packet& packet, tx_packet& out) {
        const octets data = packet.data;
        if (data.empty()) return false;
        const bool is_v4 = data[0] >> 4 == 4;
        const ip_extent extent = is_v4 ? ipv4::read(data, packet.length, out.meta)
                                       : ipv6::read(data, packet.length, out.meta);
        const std::size_t plain = is_v4 ? ipv4::header_length : ipv6::header_length;
        if (extent.header_length != plain || data.size() < plain + tcp_header::length) return false;
        const std::size_t tcp_length = tcp_header::read(data.subspan(plain)).data_offset;
        if (tcp_length < tcp_header::length || plain + tcp_length > extent.total_length) return false;
        if (extent.total_length > data.size()) return false;
        out.ip_length = static_cast<std::uint8_t>(plain);
        out.header_length = static_cast<std::uint8_t>(plain + tcp_length);
        copy(data.first(out.header_length), out.headers);
        out.borrow(data.first(extent.total_length).subspan(out.header_length));
        out.segment_size = packet.segment_size;
        return true;
    }

    std::vector<octet> whole_;
};

/// To be sent as it is, by any link. The octets have to last as long as the packet.
inline tx_packet finished_packet(octets whole) {
    tx_packet out;
    out.meta = {.source = source_of(whole), .destination = destination_of(whole)};
    const std::size_t copied = std::min(whole.size(), out.headers.size());
    copy(whole.first(copied), out.headers);
    out.header_length = static_cast<std::uint8_t>(copied);
    out.borrow(whole.subspan(copied));
    out.is_finished = true;
    return out;
}

}  // namespace sluice::io
