// SPDX-License-Identifier: MIT
// Transfers with no_congestion_control and each recovery, rtt and ack policy.
#include "policies.hpp"

TEST_CASE("without congestion control a transfer completes under each recovery, beside each rtt and ack policy") {
    policies::with_each_recovery<sluice::no_congestion_control, 5>();
}
