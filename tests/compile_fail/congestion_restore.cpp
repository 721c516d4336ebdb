// SPDX-License-Identifier: MIT
// Who takes over in mid-connection is handed the whole snapshot.
// expect: sluice: congestion slot: restore must be public and take a const congestion_snapshot
// near: takes_a_window
#include <sluice/policy/compose.hpp>

struct takes_a_window {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr void restore(const sluice::congestion_snapshot&) {}
#else
    constexpr void restore(std::uint32_t*) {}
#endif
};

using made = sluice::tcp<takes_a_window>::settings;
