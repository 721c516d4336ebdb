// SPDX-License-Identifier: MIT
//
// The two sockets that identify a connection (RFC 9293 section 3.4.1), and their keyed hash, by which connections are
// found (stack/demux.hpp) and initial sequence numbers chosen (RFC 6528).
#pragma once

#include <sluice/wire/address_hash.hpp>

namespace sluice {

struct four_tuple {
    socket_address local;
    socket_address remote;
    friend constexpr bool operator==(const four_tuple&, const four_tuple&) = default;
};

/// Addresses and ports as they stand in headers: twelve octets with IPv4, 36 with IPv6.
constexpr std::uint64_t siphash(siphash_key key, const four_tuple& sockets) {
    const std::uint32_t ports = std::uint32_t{sockets.local.port} << 16 | sockets.remote.port;
    return siphash(key, sockets.local.address, sockets.remote.address, ports);
}

}  // namespace sluice
