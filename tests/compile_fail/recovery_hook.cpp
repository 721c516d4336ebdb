// SPDX-License-Identifier: MIT
// A recovery policy whose quota looks at nothing.
// expect: sluice: recovery slot: quota must be
// near: free_quota
#include <sluice/policy/compose.hpp>

struct free_quota {
    using slot = sluice::recovery_slot;
    constexpr sluice::recovery_step on_ack(const sluice::recovery_ack_report&, auto&) { return {}; }
    constexpr void on_timeout(const sluice::recovery_timeout_report&, auto&) {}
#ifdef SLUICE_CONTROL
    constexpr std::uint32_t quota(const sluice::quota_report&) const { return 0; }
#else
    constexpr std::uint32_t quota() const { return 0; }
#endif
};

using made = sluice::tcp<free_quota>::settings;
