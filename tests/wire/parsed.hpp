// SPDX-License-Identifier: MIT
// IP headers read as values, or nothing, of what is TCP and whole; the library reads them to their place.
#pragma once

#include <optional>

#include <sluice/wire/ipv4.hpp>
#include <sluice/wire/ipv6.hpp>

namespace sluice::test {

struct parsed_ip {
    ip_meta meta;
    std::size_t header_length, total_length;
};

constexpr std::optional<parsed_ip> parse_v4(octets packet, std::size_t length) {
    ip_meta ip{};
    const ip_extent extent = ipv4::read(packet, length, ip);
    if (extent.header_length == 0) return {};
    return parsed_ip{ip, extent.header_length, extent.total_length};
}
constexpr std::optional<parsed_ip> parse_v6(octets packet, std::size_t length) {
    ip_meta ip{};
    const ip_extent extent = ipv6::read(packet, length, ip);
    if (extent.header_length == 0) return {};
    return parsed_ip{ip, extent.header_length, extent.total_length};
}

}  // namespace sluice::test
