// SPDX-License-Identifier: MIT
// A recovery policy that names a time and nothing that happens then.
// expect: sluice: recovery slot: deadline and on_deadline go together
// near: only_waits
#include <sluice/policy/compose.hpp>

struct only_waits {
    using slot = sluice::recovery_slot;
    constexpr sluice::recovery_step on_ack(const sluice::recovery_ack_report&, auto&) { return {}; }
    constexpr void on_timeout(const sluice::recovery_timeout_report&, auto&) {}
#ifdef SLUICE_CONTROL
    constexpr sluice::instant deadline() const { return sluice::never; }
    constexpr sluice::recovery_step on_deadline(const sluice::recovery_timeout_report&, auto&) { return {}; }
#else
    constexpr sluice::instant deadline() const { return sluice::never; }
#endif
};

using made = sluice::tcp<only_waits>::settings;
