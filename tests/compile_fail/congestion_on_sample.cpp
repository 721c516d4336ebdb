// SPDX-License-Identifier: MIT
// Round trips are told to the rtt slot by this name, and to the congestion slot in ack_report.
// expect: sluice: congestion slot: there is no on_sample
// near: measures
#include <sluice/policy/compose.hpp>

struct measures {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr void on_ack(const sluice::ack_report&) {}
#else
    constexpr void on_sample(sluice::duration, std::uint32_t) {}
#endif
};

using made = sluice::tcp<measures>::settings;
