// SPDX-License-Identifier: MIT
//
// The fixed part of the TCP header (RFC 9293 section 3.1) as a value. The ninth flag is AE of Accurate ECN (RFC 9768).
#pragma once

#include <cstdint>

#include <sluice/base/bytes.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

/// The control bits, in the order of the header: AE stands in the low bit of the octet before the others.
class tcp_flags {
public:
    constexpr tcp_flags() = default;
    constexpr explicit tcp_flags(std::uint16_t bits) : bits_(bits & 0x1ff) {}

    constexpr std::uint16_t bits() const { return bits_; }
    constexpr bool has(tcp_flags wanted) const { return (bits_ & wanted.bits_) == wanted.bits_; }
    constexpr bool has_any(tcp_flags wanted) const { return (bits_ & wanted.bits_) != 0; }
    constexpr tcp_flags without(tcp_flags gone) const {
        return tcp_flags(static_cast<std::uint16_t>(bits_ & ~gone.bits_));
    }

    friend constexpr tcp_flags operator|(tcp_flags a, tcp_flags b) {
        return tcp_flags(static_cast<std::uint16_t>(a.bits_ | b.bits_));
    }
    constexpr tcp_flags& operator|=(tcp_flags more) { return *this = *this | more; }
    friend constexpr bool operator==(tcp_flags, tcp_flags) = default;

private:
    std::uint16_t bits_ = 0;
};

namespace flag {
// clang-format off
inline constexpr tcp_flags none{0}, fin{1 << 0}, syn{1 << 1}, rst{1 << 2}, psh{1 << 3}, ack{1 << 4}, urg{1 << 5},
                           ece{1 << 6}, cwr{1 << 7}, ae{1 << 8};
// clang-format on
}  // namespace flag

struct tcp_header {
    static constexpr std::size_t length = 20;  // without options
    static constexpr std::size_t longest = 60;

    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    seq sequence{};
    seq acknowledgment{};
    std::uint8_t data_offset = length;  // octets, options included
    tcp_flags flags{};
    std::uint16_t window = 0;  // unsigned (MUST-1), unscaled
    std::uint16_t urgent_pointer = 0;

    // clang-format off
    struct at {  // first octet of each field
        static constexpr std::size_t source_port = 0, destination_port = 2, sequence = 4, acknowledgment = 8,
                                     offset_flags = 12, window = 14, checksum = 16, urgent_pointer = 18;
    };
    // clang-format on

    /// `from` holds 20 octets or more. A data offset below 20 or past the end is the caller's to refuse.
    static constexpr tcp_header read(octets from) {
        const octet* p = from.data();
        const std::uint16_t offset_flags = load_be16(p + at::offset_flags);
        return {.source_port = load_be16(p + at::source_port),
                .destination_port = load_be16(p + at::destination_port),
                .sequence = seq(load_be32(p + at::sequence)),
                .acknowledgment = seq(load_be32(p + at::acknowledgment)),
                .data_offset = static_cast<std::uint8_t>((offset_flags >> 12) * 4),
                .flags = tcp_flags(offset_flags),
                .window = load_be16(p + at::window),
                .urgent_pointer = load_be16(p + at::urgent_pointer)};
    }

    /// Writes 20 octets with a checksum of zero.
    constexpr void write(mutable_octets out) const {
        octet* p = out.data();
        store_be16(p + at::source_port, source_port);
        store_be16(p + at::destination_port, destination_port);
        store_be32(p + at::sequence, sequence.number());
        store_be32(p + at::acknowledgment, acknowledgment.number());
        store_be16(p + at::offset_flags, static_cast<std::uint16_t>(data_offset / 4 << 12 | flags.bits()));
        store_be16(p + at::window, window);
        store_be16(p + at::checksum, 0);
        store_be16(p + at::urgent_pointer, urgent_pointer);
    }
};

}  // namespace sluice
