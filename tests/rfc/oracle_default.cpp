// SPDX-License-Identifier: MIT
// The same as oracle.cpp for the default policies.
#include "oracle_bench.hpp"

using with_defaults = sluice::tcp<sluice::testing::gate_audit, oracle::given_isn, oracle::few_octets>;
static_assert(std::is_same_v<with_defaults::congestion_policy, sluice::tcp<>::congestion_policy>);

// RFC 6298 section 2.2 with R = 0, as on this bench: the floor.
static constexpr sluice::duration least_rto = sluice::rfc6298{}.floor;

TEST_CASE("every call, segment and timeout in every state does what section 3.10 says with the default policies") {
    oracle::examine<with_defaults>(0x5eed1234, 0x0badf00d, least_rto);
}

TEST_CASE("every call, segment and timeout in every state does the same where numbers wrap with the default policies") {
    oracle::examine<with_defaults>(0xfffffff0, 0xfffffff0, least_rto);
    oracle::examine<with_defaults>(0x7ffffff0, 0x7ffffff0, least_rto);
}
