// SPDX-License-Identifier: MIT
// What is chosen by name has to have one.
// expect: sluice: any_of: each policy must have `static constexpr std::string_view name`
// near: nameless
#include <sluice/policy/compose.hpp>
#include <sluice/policy/congestion/any_of.hpp>

struct nameless {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    static constexpr std::string_view name = "named";
#endif
};

using made = sluice::tcp<sluice::any_of<sluice::reno, nameless>>::settings;
