// SPDX-License-Identifier: MIT
// An estimator that wants a round trip where there may be none.
// expect: sluice: rtt slot: on_undo must be public and take a std::optional<duration>
// near: wants_a_sample
#include <sluice/policy/compose.hpp>

struct wants_a_sample {
    using slot = sluice::rtt_slot;
    constexpr sluice::duration rto() const { return sluice::duration(1'000'000'000); }
#ifdef SLUICE_CONTROL
    constexpr void on_undo(std::optional<sluice::duration>) {}
#else
    constexpr void on_undo(sluice::duration) {}
#endif
};

using made = sluice::tcp<wants_a_sample>::settings;
