// SPDX-License-Identifier: MIT
// A hook that exists but cannot be called as documented must not be passed over.
// expect: sluice: congestion slot: on_ack must be public and take
// near: counts_packets
#include <sluice/policy/compose.hpp>

struct counts_packets {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
#ifdef SLUICE_CONTROL
    constexpr void on_ack(const sluice::ack_report&) {}
#else
    constexpr void on_ack(int) {}
#endif
};

using made = sluice::tcp<counts_packets>::settings;
