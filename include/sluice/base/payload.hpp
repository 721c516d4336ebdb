// SPDX-License-Identifier: MIT
//
// Octets of which some, or all, may only be counted: a simulation that wants to know how long a transfer takes does not
// have to move what is transferred. Those that are there come first.
#pragma once

#include <cassert>
#include <concepts>

#include <sluice/base/bytes.hpp>

namespace sluice {

struct payload {
    octets data{};
    std::size_t length = 0;  // data.size() or more

    constexpr payload() = default;
    template <std::convertible_to<octets> Octets>
    constexpr payload(const Octets& all) : data(all), length(data.size()) {}
    constexpr payload(const octet* first, std::size_t count) : data(first, count), length(count) {}
    constexpr payload(octets front, std::size_t in_all) : data(front), length(in_all) { assert(length >= data.size()); }

    static constexpr payload counted(std::size_t length) { return {octets{}, length}; }

    constexpr bool is_counted() const { return data.size() < length; }
    constexpr payload first(std::size_t count) const { return {data.first(std::min(count, data.size())), count}; }
    constexpr payload from(std::size_t offset) const {
        return {data.subspan(std::min(offset, data.size())), length - offset};
    }
};

}  // namespace sluice
