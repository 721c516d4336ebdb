// SPDX-License-Identifier: MIT
// A recovery policy that wants to change what has left.
// expect: sluice: recovery slot: on_sent must be public and take a const recovery_sent_report& and the records
// near: changes_what_left
#include <sluice/policy/compose.hpp>

struct changes_what_left {
    using slot = sluice::recovery_slot;
    constexpr sluice::recovery_step on_ack(const sluice::recovery_ack_report&, auto&) { return {}; }
    constexpr void on_timeout(const sluice::recovery_timeout_report&, auto&) {}
#ifdef SLUICE_CONTROL
    constexpr void on_sent(const sluice::recovery_sent_report&, const auto&) {}
#else
    constexpr void on_sent(sluice::recovery_sent_report&, const auto&) {}
#endif
};

using made = sluice::tcp<changes_what_left>::settings;
