// SPDX-License-Identifier: MIT
// Transfers with cubic and every recovery, rtt and ack policy.
#include "policies.hpp"

#include <sluice/policy/congestion/cubic.hpp>

TEST_CASE("with cubic a transfer completes under every recovery, rtt and ack policy") {
    policies::with_each_recovery<sluice::cubic>();
}
