// SPDX-License-Identifier: MIT
// The list of policies, asked by name.
#include "policies.hpp"

#include "values.hpp"

namespace race {

std::size_t place_of(std::string_view name) {
    for (std::size_t i = 0; i < policies.size(); ++i)
        if (policies[i].name == name) return i;
    throw wrong_argument{"no policy is called '" + std::string(name) + "': there are " + policy_names()};
}

std::string policy_names() {
    std::vector<std::string> names;
    for (const policy& each : policies) names.emplace_back(each.name);
    return joined(names);
}

}  // namespace race
