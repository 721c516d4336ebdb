// SPDX-License-Identifier: MIT
// A congestion policy that is to take a reduction back, and does not ask which.
// expect: sluice: congestion slot: on_undo must be public and take a const undo_report&
// near: takes_back
#include <sluice/policy/compose.hpp>

struct takes_back {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr void on_undo(const sluice::undo_report&) {}
#else
    constexpr void on_undo() {}
#endif
};

using made = sluice::tcp<takes_back>::settings;
