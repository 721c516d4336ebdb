// SPDX-License-Identifier: MIT
// A packet that is longer than its link takes, cut (RFC 791 section 3.2, RFC 8200 section 4.5): datagrams may be as
// long as 64 KiB, and a server's come from the kernel's sockets whole. The client's kernel puts the pieces together. Of
// IPv4, routers may cut what leaves here further; nobody here would hear that it was too long for them.
#pragma once

#include <sluice/wire/packet.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace gateway {

using namespace sluice;

class fragments {
public:
    /// Calls each(octets) for each packet that leaves; they last as long as the call. `whole` has no options and no
    /// extension headers.
    void of(octets whole, std::size_t mtu, auto&& each) {
        const bool is_v4 = whole[0] >> 4 == 4;
        const bool fits = whole.size() <= mtu;
        if (fits && !is_v4) return each(whole);
        const octets head = whole.first(is_v4 ? ipv4::header_length : ipv6::header_length);
        const octets rest = whole.subspan(head.size());
        const std::size_t heads = head.size() + (is_v4 ? 0 : header_length);
        const std::size_t most = fits ? rest.size() : (mtu - heads) / 8 * 8;  // offsets count units of eight octets
        ++identification_;
        for (std::size_t from = 0; from < rest.size(); from += most) {
            const octets part = rest.subspan(from, std::min(most, rest.size() - from));
            const bool is_last = from + part.size() == rest.size();
            piece_.resize(heads + part.size());
            copy(head, piece_);
            copy(part, mutable_octets(piece_).subspan(heads));
            if (is_v4) finish_v4(from, is_last);
            else finish_v6(from, is_last);
            each(octets(piece_));
        }
    }

private:
    static constexpr std::size_t header_length = 8;  // RFC 8200's fragment header, behind the fixed one
    static constexpr octet fragment_header = 44;

    /// Without DF, and so with an identification (RFC 6864 section 4.1).
    void finish_v4(std::size_t from, bool is_last) {
        octet* const out = piece_.data();
        store_be16(out + ipv4::at::total_length, static_cast<std::uint16_t>(piece_.size()));
        store_be16(out + ipv4::at::identification, static_cast<std::uint16_t>(identification_));
        store_be16(out + ipv4::at::fragment,
                   static_cast<std::uint16_t>(from / 8 | (is_last ? 0 : ipv4::more_fragments)));
        store_be16(out + ipv4::at::checksum, 0);
        store_be16(out + ipv4::at::checksum, partial_sum().add(octets(piece_).first(ipv4::header_length)).finish());
    }
    void finish_v6(std::size_t from, bool is_last) {
        octet* const out = piece_.data();
        octet* const added = out + ipv6::header_length;
        added[0] = std::exchange(out[ipv6::at::next_header], fragment_header);
        added[1] = 0;
        store_be16(added + 2, static_cast<std::uint16_t>(from | (is_last ? 0 : 1)));  // the offset is its upper 13 bits
        store_be32(added + 4, identification_);
        store_be16(out + ipv6::at::payload_length, static_cast<std::uint16_t>(piece_.size() - ipv6::header_length));
    }

    std::uint32_t identification_ = 0;
    std::vector<octet> piece_;
};

}  // namespace gateway
