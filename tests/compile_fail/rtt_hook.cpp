// SPDX-License-Identifier: MIT
// An rtt policy that wants its samples as bare numbers.
// expect: sluice: rtt slot: on_sample must be public and take a duration
// near: samples_in_ms
#include <sluice/policy/compose.hpp>

struct samples_in_ms {
    using slot = sluice::rtt_slot;
    constexpr sluice::duration rto() const { return sluice::duration(1000); }
#ifdef SLUICE_CONTROL
    constexpr void on_sample(sluice::duration, std::uint32_t) {}
#else
    constexpr void on_sample(double) {}
#endif
};

using made = sluice::tcp<samples_in_ms>::settings;
