// SPDX-License-Identifier: MIT
//
// Neighbour solicitations and advertisements of IPv6 (RFC 4861 sections 4.3, 4.4 and 4.6.1), whole packets with their
// IP header, to octets and back. Nothing that section 7.1 wants dropped comes out of `read`. Who asks for an address
// that it may not yet use (RFC 4862) has the unspecified address as a source.
#pragma once

#include <optional>

#include <sluice/wire/ethernet.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice {

inline constexpr ip_address all_nodes = ip_address::v6(std::array<std::uint16_t, 8>{0xff02, 0, 0, 0, 0, 0, 0, 1});

/// The group in which whoever has an address is asked for (RFC 4291 section 2.7.1).
constexpr ip_address solicited_node(const ip_address& target) {
    ip_address out = ip_address::v6(std::array<std::uint16_t, 8>{0xff02, 0, 0, 0, 0, 1, 0xff00, 0});
    std::copy_n(target.octets.begin() + 13, 3, out.octets.begin() + 13);
    return out;
}

struct neighbour_message {
    enum class kind : std::uint8_t { solicitation = 135, advertisement = 136 };

    static constexpr std::size_t longest = ipv6::header_length + 24 + 8;  // what we write

    kind what = kind::solicitation;
    ip_address source, destination;
    ip_address target;
    bool is_solicited = false, overrides = false;  // of an advertisement; none of ours comes from a router
    std::optional<hardware_address> hardware{};    // of the source in a solicitation, of the target otherwise

    /// This is ICMPv6, and one of the two: nobody else's, be it well formed or not. Behind extension headers they are
    /// not looked for, since nobody sends them so.
    static constexpr bool is_one(octets packet) {
        if (packet.size() <= ipv6::header_length || packet[0] >> 4 != 6) return false;
        const auto type = static_cast<kind>(packet[ipv6::header_length]);
        return packet[ipv6::at::next_header] == protocol_icmpv6 &&
               (type == kind::solicitation || type == kind::advertisement);
    }

    static constexpr std::optional<neighbour_message> read(const rx_packet& packet) {
        if (!is_one(packet.data)) return {};
        ip_meta ip;
        const ip_extent extent = ipv6::read_any(packet.data, packet.data.size(), ip);
        if (extent.total_length < ipv6::header_length + fixed_length) return {};
        if (ip.hop_limit != 255) return {};  // not from this link
        const octets icmp = packet.data.first(extent.total_length).subspan(ipv6::header_length);
        if (packet.checksum == checksum_state::unknown && sum_of(ip, icmp).finish() != 0) return {};
        neighbour_message out;
        out.what = static_cast<kind>(icmp[0]);
        out.source = ip.source;
        out.destination = ip.destination;
        out.target.assign_v6(icmp.subspan(8, 16));
        out.is_solicited = (icmp[4] & solicited_bit) != 0;
        out.overrides = (icmp[4] & override_bit) != 0;
        if (icmp[1] != 0 || out.target.is_multicast() || out.source.is_multicast()) return {};
        if (!out.read_options(icmp.subspan(fixed_length))) return {};
        const bool is_nobodys = out.source.is_unspecified();
        if (out.what == kind::advertisement) {
            if (is_nobodys || (out.destination.is_multicast() && out.is_solicited)) return {};
        } else if (is_nobodys && (out.hardware || out.destination != solicited_node(out.target))) {
            return {};
        }
        return out;
    }

    /// Returns how long it is.
    constexpr std::size_t write(mutable_octets out) const {
        const std::size_t length = fixed_length + (hardware ? 8 : 0);
        const ip_meta ip{.source = source, .destination = destination, .hop_limit = 255};
        ipv6::write(ip, ipv6::header_length + length, out, protocol_icmpv6);
        const mutable_octets icmp = out.subspan(ipv6::header_length, length);
        std::fill(icmp.begin(), icmp.end(), octet{0});
        icmp[0] = static_cast<octet>(what);
        icmp[4] = static_cast<octet>((is_solicited ? solicited_bit : 0) | (overrides ? override_bit : 0));
        copy(target.octets, icmp.subspan(8));
        if (hardware) {
            icmp[fixed_length] = own_option();
            icmp[fixed_length + 1] = 1;  // in units of eight octets
            copy(hardware->octets, icmp.subspan(fixed_length + 2));
        }
        store_be16(&icmp[2], sum_of(ip, icmp).finish());
        return ipv6::header_length + length;
    }

private:
    static constexpr octet solicited_bit = 0x40, override_bit = 0x20;
    static constexpr std::size_t fixed_length = 24;

    /// Source's or target's link-layer address.
    constexpr octet own_option() const { return what == kind::solicitation ? 1 : 2; }

    static constexpr partial_sum sum_of(const ip_meta& ip, octets icmp) {
        return pseudo_header_sum(ip, icmp.size(), protocol_icmpv6).add(icmp);
    }
    /// False for one of no length. What is not known is skipped (section 4.6).
    constexpr bool read_options(octets rest) {
        while (!rest.empty()) {
            const std::size_t length = rest.size() < 8 ? 0 : std::size_t{rest[1]} * 8;
            if (length == 0 || length > rest.size()) return false;
            if (rest[0] == own_option()) {
                const auto said = hardware_address::read(rest.subspan(2));
                if (said.is_station()) hardware = said;
            }
            rest = rest.subspan(length);
        }
        return true;
    }
};

}  // namespace sluice
