// SPDX-License-Identifier: MIT
// Transfers with no_congestion_control and every recovery, rtt and ack policy.
#include "policies.hpp"

TEST_CASE("with no_congestion_control a transfer completes under every recovery, rtt and ack policy") {
    policies::with_each_recovery<sluice::no_congestion_control>();
}
