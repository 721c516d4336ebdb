// SPDX-License-Identifier: MIT
// Who can be changed by name says which one is there.
// expect: sluice: congestion slot: select must be
// near: one_of_two
#include <sluice/policy/compose.hpp>

#include <array>

struct one_of_two {
    using slot = sluice::congestion_slot;
    static constexpr std::array<std::string_view, 1> names{"one"};
    constexpr std::uint32_t window() const { return 1000; }
    constexpr bool select(std::string_view, const sluice::congestion_snapshot&) { return false; }
#ifdef SLUICE_CONTROL
    constexpr std::string_view selected() const { return names[0]; }
#endif
};

using made = sluice::tcp<one_of_two>::settings;
