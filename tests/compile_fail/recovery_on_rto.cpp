// SPDX-License-Identifier: MIT
// A hook of the congestion slot in a recovery policy.
// expect: sluice: recovery slot: there is no on_rto: .*on_timeout
// near: told_in_vain
#include <sluice/policy/compose.hpp>

struct told_in_vain {
    using slot = sluice::recovery_slot;
    constexpr sluice::recovery_step on_ack(const sluice::recovery_ack_report&, auto&) { return {}; }
    constexpr void on_timeout(const sluice::recovery_timeout_report&, auto&) {}
#ifndef SLUICE_CONTROL
    constexpr void on_rto(const sluice::rto_report&) {}
#endif
};

using made = sluice::tcp<told_in_vain>::settings;
