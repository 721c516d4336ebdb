// SPDX-License-Identifier: MIT
// Transfers with cubic and each recovery, rtt and ack policy.
#include "policies.hpp"

#include <sluice/policy/congestion/cubic.hpp>

TEST_CASE("with cubic a transfer completes under each recovery policy, beside each rtt and ack policy") {
    policies::with_each_recovery<sluice::cubic, 1>();
}
