// SPDX-License-Identifier: MIT
//
// Addresses as people write them: 198.18.0.2, fd00::2, 198.18.0.2/24. (trace/address.hpp prints them.)
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include <arpa/inet.h>

#include <sluice/io/interface.hpp>

namespace sluice::io {

inline std::optional<ip_address> read_address(const std::string& text) {
    std::array<octet, 16> sixteen;
    if (::inet_pton(AF_INET, text.c_str(), sixteen.data()) == 1) return ip_address::v4(octets(sixteen).first(4));
    if (::inet_pton(AF_INET6, text.c_str(), sixteen.data()) == 1) return ip_address::v6(sixteen);
    return {};
}

/// Without a slash: of the whole address.
inline std::optional<address_prefix> read_prefix(const std::string& text) {
    const std::size_t slash = text.find('/');
    const auto address = read_address(text.substr(0, slash));
    if (!address) return {};
    const int whole = address->is_v4() ? 32 : 128;
    if (slash == std::string::npos) return address_prefix{*address, whole};
    char* end = nullptr;
    const long length = std::strtol(text.c_str() + slash + 1, &end, 10);
    if (end == text.c_str() + slash + 1 || *end != '\0' || length < 0 || length > whole) return {};
    return address_prefix{*address, static_cast<int>(length)};
}

}  // namespace sluice::io
