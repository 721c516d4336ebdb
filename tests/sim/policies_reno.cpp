// SPDX-License-Identifier: MIT
// Transfers with reno and each recovery, rtt and ack policy.
#include "policies.hpp"

TEST_CASE("with reno a transfer completes under each recovery policy, beside each rtt and ack policy") {
    policies::with_each_recovery<sluice::reno, 0>();
}
