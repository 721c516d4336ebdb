// SPDX-License-Identifier: MIT
//
// An ICMP error as a router sends it, or as somebody forges it: a packet of `from` to `to` with this number, and in
// IPv4 of this length, was too big.
#pragma once

#include "support/icmp.hpp"

namespace lab {

using namespace sluice;

inline std::vector<octet> too_big(const socket_address& from, const socket_address& to, seq number, std::uint32_t mtu,
                                  std::uint16_t length = 1500) {
    const bool is_v4 = from.address.is_v4();
    auto quoted = test::quote({from.address, to.address}, from.port, to.port, number.number());
    if (is_v4) store_be16(quoted.data() + ipv4::at::total_length, length);
    return test::icmp_packet({to.address, from.address}, is_v4 ? 3 : 2, is_v4 ? 4 : 0, mtu, quoted);
}

}  // namespace lab
