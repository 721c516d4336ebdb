// SPDX-License-Identifier: MIT
//
// Where a packet goes first: to its destination, if that is on the link, or else to a gateway (RFC 1122 section
// 3.3.1.1). Of all prefixes that have an address the longest decides.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include <sluice/wire/address_prefix.hpp>

namespace sluice::io {

struct route {
    address_prefix to;
    ip_address by{};  // a gateway; unspecified: it is on the link
};

class routes {
public:
    void add(const route& r) {
        const auto is_shorter = [&](const route& other) { return other.to.length < r.to.length; };
        routes_.insert(std::find_if(routes_.begin(), routes_.end(), is_shorter), r);
    }

    /// Nothing where none leads there. Groups and broadcasts have no one next hop.
    std::optional<ip_address> next_hop(const ip_address& destination) const {
        if (!destination.is_host()) return {};
        for (const route& each : routes_)
            if (each.to.has(destination)) return each.by.is_unspecified() ? destination : each.by;
        return {};
    }

private:
    std::vector<route> routes_;  // the longest first
};

}  // namespace sluice::io
