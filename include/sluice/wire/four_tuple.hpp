// SPDX-License-Identifier: MIT
//
// The two sockets that identify a connection (RFC 9293 section 3.4.1), and their keyed hash, by which connections are
// found (stack/demux.hpp) and initial sequence numbers chosen (RFC 6528).
#pragma once

#include <array>

#include <sluice/base/siphash.hpp>
#include <sluice/wire/address.hpp>

namespace sluice {

struct four_tuple {
    socket_address local;
    socket_address remote;
    friend constexpr bool operator==(const four_tuple&, const four_tuple&) = default;
};

/// Addresses and ports as they stand in headers: twelve octets with IPv4, 36 with IPv6.
constexpr std::uint64_t siphash(siphash_key key, const four_tuple& sockets) {
    std::array<octet, 36> message{};
    std::size_t end = 0;
    const auto append = [&](octets part) {
        copy(part, mutable_octets(message).subspan(end));
        end += part.size();
    };
    append(sockets.local.address.in_header());
    append(sockets.remote.address.in_header());
    store_be16(message.data() + end, sockets.local.port);
    store_be16(message.data() + end + 2, sockets.remote.port);
    return siphash(key, octets(message).first(end + 4));
}

}  // namespace sluice
