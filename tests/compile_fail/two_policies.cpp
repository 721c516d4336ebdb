// SPDX-License-Identifier: MIT
// Two policies in a slot that has room for one.
// expect: sluice: congestion slot: two policies
// near: second_opinion
#include <sluice/policy/compose.hpp>
#include <sluice/policy/congestion/reno.hpp>

struct second_opinion {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
};

#ifdef SLUICE_CONTROL
using chosen = sluice::tcp<second_opinion>;
#else
using chosen = sluice::tcp<sluice::reno, second_opinion>;
#endif
using made = chosen::settings;
