// SPDX-License-Identifier: MIT
//
// Addresses and ports in asio's words and in ours. An IPv6 address's scope has no counterpart here: a link is all that
// a host has.
#pragma once

#include <utility>  // which awaitable.hpp of Boost 1.74 forgets

#include <boost/asio/ip/tcp.hpp>

#include <sluice/wire/address.hpp>

namespace sluice::asio {

using endpoint = boost::asio::ip::tcp::endpoint;

inline socket_address from_endpoint(const endpoint& e) {
    if (e.address().is_v4()) return {ip_address::v4(octets(e.address().to_v4().to_bytes())), e.port()};
    return {ip_address::v6(octets(e.address().to_v6().to_bytes())), e.port()};
}

inline endpoint to_endpoint(const socket_address& a) {
    if (!a.address.is_v4()) return {boost::asio::ip::address_v6(a.address.octets), a.port};
    boost::asio::ip::address_v4::bytes_type four;
    std::ranges::copy(a.address.in_header(), four.begin());
    return {boost::asio::ip::address_v4(four), a.port};
}

}  // namespace sluice::asio
