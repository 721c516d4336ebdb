// SPDX-License-Identifier: MIT
// A recovery policy that wants to change what it is told of marks.
// expect: sluice: recovery slot: on_marks must be public and take a const recovery_marks_report&
// near: changes_the_report
#include <sluice/policy/compose.hpp>

struct changes_the_report {
    using slot = sluice::recovery_slot;
    constexpr sluice::recovery_step on_ack(const sluice::recovery_ack_report&, auto&) { return {}; }
    constexpr void on_timeout(const sluice::recovery_timeout_report&, auto&) {}
#ifdef SLUICE_CONTROL
    constexpr void on_marks(const sluice::recovery_marks_report&) {}
#else
    constexpr void on_marks(sluice::recovery_marks_report&) {}
#endif
};

using made = sluice::tcp<changes_the_report>::settings;
