// SPDX-License-Identifier: MIT
// By a name that two have, neither can be meant.
// expect: sluice: any_of: two policies have the same name
// near: impostor
#include <sluice/policy/compose.hpp>
#include <sluice/policy/congestion/any_of.hpp>

struct impostor {
    using slot = sluice::congestion_slot;
#ifdef SLUICE_CONTROL
    static constexpr std::string_view name = "impostor";
#else
    static constexpr std::string_view name = "reno";
#endif
    constexpr std::uint32_t window() const { return 1000; }
};

using made = sluice::tcp<sluice::any_of<sluice::reno, impostor>>::settings;
