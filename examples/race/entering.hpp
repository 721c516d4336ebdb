// SPDX-License-Identifier: MIT
// From a place in the list of policies to a TCP: the only file that knows both.
#pragma once

#include "../my_cc.hpp"
#include "policies.hpp"

#include <utility>

namespace race {

template <class... Others>
struct with {
    template <class Congestion>
    static sluice::sim::entrant enter(std::string name, const sluice::sim::entry& how) {
        return sluice::sim::enter<sluice::tcp<Congestion, sluice::rack_tlp, Others...>>(std::move(name), how);
    }
};

/// Congestion policies in the order of `policies`.
template <class... Congestion>
struct ordered {
    static constexpr bool fits(std::string_view listed, std::string_view own) { return own.empty() || listed == own; }
    static constexpr bool is_in_order = [] {
        std::size_t i = 0;
        return (fits(policies[i++].name, sluice::name_of(Congestion{})) && ...);
    }();
    static_assert(sizeof...(Congestion) == policies.size() && is_in_order, "policies.hpp lists others");

    template <class With>
    static constexpr std::array makers{&With::template enter<Congestion>...};
};
using listed =
    ordered<sluice::reno, sluice::cubic, sluice::vegas, sluice::westwood, sluice::fixed_window, my_cc>;

template <class... Others>
sluice::sim::entrant enter_with(std::size_t place, const sluice::sim::entry& how) {
    return listed::makers<with<Others...>>[place](std::string(policies[place].name), how);
}

}  // namespace race
