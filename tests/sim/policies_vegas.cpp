// SPDX-License-Identifier: MIT
// Transfers with vegas and every recovery, rtt and ack policy.
#include "policies.hpp"

#include <sluice/policy/congestion/vegas.hpp>

TEST_CASE("with vegas a transfer completes under every recovery, rtt and ack policy") {
    policies::with_each_recovery<sluice::vegas>();
}
