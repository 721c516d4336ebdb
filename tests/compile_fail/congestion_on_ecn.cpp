// SPDX-License-Identifier: MIT
// A congestion policy that takes a mark for a loss.
// expect: sluice: congestion slot: on_ecn must be public and take a const ecn_report&
// near: takes_it_for_loss
#include <sluice/policy/compose.hpp>

struct takes_it_for_loss {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1; }
#ifdef SLUICE_CONTROL
    constexpr void on_ecn(const sluice::ecn_report&) {}
#else
    constexpr void on_ecn(const sluice::congestion_report&) {}
#endif
};

using made = sluice::tcp<takes_it_for_loss>::settings;
