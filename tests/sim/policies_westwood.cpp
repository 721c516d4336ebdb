// SPDX-License-Identifier: MIT
// Transfers with westwood and every recovery, rtt and ack policy.
#include "policies.hpp"

#include <sluice/policy/congestion/westwood.hpp>

TEST_CASE("with westwood a transfer completes under every recovery, rtt and ack policy") {
    policies::with_each_recovery<sluice::westwood>();
}
