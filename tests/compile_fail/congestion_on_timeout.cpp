// SPDX-License-Identifier: MIT
// Another slot's name for the same event: it would never be called.
// expect: sluice: congestion slot: there is no on_timeout: here it is on_rto
// near: waits
#include <sluice/policy/compose.hpp>

struct waits {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr void on_rto(const sluice::rto_report&) {}
#else
    constexpr void on_timeout() {}
#endif
};

using made = sluice::tcp<waits>::settings;
