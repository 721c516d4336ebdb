// SPDX-License-Identifier: MIT
// The congestion slot's name for the timer's expiry: the estimator would never back off.
// expect: sluice: rtt slot: there is no on_rto: here it is on_timeout
// near: never_backs_off
#include <sluice/policy/compose.hpp>

struct never_backs_off {
    using slot = sluice::rtt_slot;
    constexpr sluice::duration rto() const { return sluice::duration(1'000'000'000); }
#ifdef SLUICE_CONTROL
    constexpr void on_timeout() {}
#else
    constexpr void on_rto() {}
#endif
};

using made = sluice::tcp<never_backs_off>::settings;
