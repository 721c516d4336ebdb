// SPDX-License-Identifier: MIT
// An ack policy that wants to be told more than there is.
// expect: sluice: ack slot: on_ack_sent must be public and take nothing
// near: wants_to_know
#include <sluice/policy/compose.hpp>

struct wants_to_know {
    using slot = sluice::ack_slot;
    constexpr sluice::instant acknowledge_by(const sluice::arrival_report& r) { return r.now; }
#ifdef SLUICE_CONTROL
    constexpr void on_ack_sent() {}
#else
    constexpr void on_ack_sent(sluice::seq) {}
#endif
};

using made = sluice::tcp<wants_to_know>::settings;
