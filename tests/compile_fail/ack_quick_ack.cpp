// SPDX-License-Identifier: MIT
// An ack policy that wants to know how many segments are in a hurry, and is told whether.
// expect: sluice: ack slot: on_quick_ack must be public and take a bool
// near: wants_a_number
#include <sluice/policy/compose.hpp>

struct wants_a_number {
    using slot = sluice::ack_slot;
    constexpr sluice::instant acknowledge_by(const sluice::arrival_report& r) { return r.now; }
#ifdef SLUICE_CONTROL
    constexpr void on_quick_ack(bool) {}
#else
    constexpr void on_quick_ack(int&) {}
#endif
};

using made = sluice::tcp<wants_a_number>::settings;
