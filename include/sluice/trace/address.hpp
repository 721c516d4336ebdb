// SPDX-License-Identifier: MIT
//
// Addresses as people write them: IPv4 in four decimal numbers, IPv6 as RFC 5952 section 4 wants it, sockets with their
// port, IPv6 in brackets then (section 6).
#pragma once

#include <sluice/trace/text.hpp>
#include <sluice/wire/address.hpp>

namespace sluice::trace {

namespace detail {

inline std::string hexadecimal(std::uint16_t group) {
    char text[4];
    return {text, std::to_chars(text, text + sizeof text, group, 16).ptr};
}

/// The longest run of groups that are 0, the first of equals; a single one is not shortened (section 4.2).
struct zero_run {
    std::size_t begin = 8;
    std::size_t end = 8;
};
inline zero_run longest_zero_run(const ip_address& address) {
    zero_run longest;
    for (std::size_t begin = 0; begin < 8;) {
        std::size_t end = begin;
        while (end < 8 && load_be16(address.octets.data() + 2 * end) == 0) ++end;
        if (end - begin > 1 && end - begin > longest.end - longest.begin) longest = {begin, end};
        begin = end + 1;
    }
    return longest;
}

}  // namespace detail

inline std::string text(const ip_address& address) {
    std::string out;
    if (address.is_v4()) {
        for (std::size_t i = 12; i < 16; ++i) out += (i > 12 ? "." : "") + digits(unsigned{address.octets[i]});
        return out;
    }
    const detail::zero_run zeros = detail::longest_zero_run(address);
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == zeros.begin) out += "::";
        if (i >= zeros.begin && i < zeros.end) continue;
        if (i > 0 && i != zeros.end) out += ':';
        out += detail::hexadecimal(load_be16(address.octets.data() + 2 * i));
    }
    return out;
}

/// Any address, or any port, is "*", as ss prints it.
inline std::string text(const socket_address& socket) {
    const std::string port = socket.port == 0 ? "*" : digits(socket.port);
    if (socket.address.is_unspecified()) return "*:" + port;
    const std::string address = text(socket.address);
    return (socket.address.is_v4() ? address : '[' + address + ']') + ':' + port;
}

}  // namespace sluice::trace
