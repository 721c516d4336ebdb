// SPDX-License-Identifier: MIT
//
// Congestion policies by name, as setsockopt knows them (TCP_CONGESTION): which one a composition has, and whether it
// has one of some name. A policy without a name can't be asked for.
#pragma once

#include <string_view>

#include <sluice/policy/concepts.hpp>

namespace sluice {

/// Empty for one that has no name.
template <class Congestion>
constexpr std::string_view name_of(const Congestion& policy) {
    if constexpr (requires { policy.selected(); }) return policy.selected();
    else if constexpr (has_name<Congestion>) return Congestion::name;
    else return {};
}

/// The same name, but of static storage; empty if the composition has none of it.
template <class Congestion>
constexpr std::string_view find_name(std::string_view name) {
    if constexpr (requires { Congestion::names; }) {
        for (const std::string_view each : Congestion::names)
            if (each == name) return each;
    } else if constexpr (has_name<Congestion>) {
        if (name == Congestion::name) return Congestion::name;
    }
    return {};
}

}  // namespace sluice
