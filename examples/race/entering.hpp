// SPDX-License-Identifier: MIT
// From a place in the list of policies to a TCP: the only file that knows both.
#pragma once

#include "../my_cc.hpp"
#include "policies.hpp"

namespace race {

template <class... Others>
sluice::sim::entrant enter_with(std::size_t place, const sluice::sim::entry& how) {
    using namespace sluice;
    using make = sim::entrant (*)(std::string, const sim::entry&);
    static constexpr std::array<make, policies.size()> makers{
        [](std::string name, const sim::entry& e) { return sim::enter<tcp<reno, rack_tlp, Others...>>(name, e); },
        [](std::string name, const sim::entry& e) { return sim::enter<tcp<cubic, rack_tlp, Others...>>(name, e); },
        [](std::string name, const sim::entry& e) { return sim::enter<tcp<vegas, rack_tlp, Others...>>(name, e); },
        [](std::string name, const sim::entry& e) { return sim::enter<tcp<westwood, rack_tlp, Others...>>(name, e); },
        [](std::string name, const sim::entry& e) {
            return sim::enter<tcp<fixed_window, rack_tlp, Others...>>(name, e);
        },
        [](std::string name, const sim::entry& e) { return sim::enter<tcp<my_cc, rack_tlp, Others...>>(name, e); }};
    return makers[place](std::string(policies[place].name), how);
}

}  // namespace race
