// SPDX-License-Identifier: MIT
// Transfers with vegas and each recovery, rtt and ack policy.
#include "policies.hpp"

#include <sluice/policy/congestion/vegas.hpp>

TEST_CASE("with vegas a transfer completes under each recovery policy, beside each rtt and ack policy") {
    policies::with_each_recovery<sluice::vegas, 2>();
}
