// SPDX-License-Identifier: MIT
// Transfers with fixed_window and each recovery, rtt and ack policy.
#include "policies.hpp"

TEST_CASE("with fixed_window a transfer completes under each recovery policy, beside each rtt and ack policy") {
    policies::with_each_recovery<sluice::fixed_window, 4>();
}
