// SPDX-License-Identifier: MIT
// Transfers with westwood and each recovery, rtt and ack policy.
#include "policies.hpp"

#include <sluice/policy/congestion/westwood.hpp>

TEST_CASE("with westwood a transfer completes under each recovery policy, beside each rtt and ack policy") {
    policies::with_each_recovery<sluice::westwood, 3>();
}
