// SPDX-License-Identifier: MIT
// Transfers with reno and every recovery, rtt and ack policy.
#include "policies.hpp"

TEST_CASE("with reno a transfer completes under every recovery, rtt and ack policy") {
    policies::with_each_recovery<sluice::reno>();
}
