// SPDX-License-Identifier: MIT
// An observer that would change what it sees.
// expect: sluice: observe slot: on_sent must be public and take a const sent_report
// near: meddler
#include <sluice/policy/compose.hpp>

struct meddler {
    using slot = sluice::observe_slot;
#ifdef SLUICE_CONTROL
    constexpr void on_sent(const sluice::sent_report&) {}
#else
    constexpr void on_sent(sluice::sent_report&) {}
#endif
};

using made = sluice::tcp<meddler>::settings;
