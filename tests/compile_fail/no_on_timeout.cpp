// SPDX-License-Identifier: MIT
// A recovery policy that knows no timeout.
// expect: sluice: recovery slot: a policy must have .*on_timeout
// near: hopeful
#include <sluice/policy/compose.hpp>

struct hopeful {
    using slot = sluice::recovery_slot;
    constexpr sluice::recovery_step on_ack(const sluice::recovery_ack_report&, auto&) { return {}; }
#ifdef SLUICE_CONTROL
    constexpr void on_timeout(const sluice::recovery_timeout_report&, auto&) {}
#endif
};

using made = sluice::tcp<hopeful>::settings;
