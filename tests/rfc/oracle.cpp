// SPDX-License-Identifier: MIT
// Every call, every kind of segment and every timeout in every state against oracle.hpp, with policies that adapt
// nothing. Here a mutant of the transition table dies (../mutants.sh), which compiles this file alone.
#include "oracle_bench.hpp"

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>

using plain = sluice::tcp<sluice::testing::gate_audit, sluice::fixed_window, sluice::fixed_rto, sluice::go_back_n,
                          sluice::every_segment, oracle::given_isn, oracle::few_octets>;

TEST_CASE("every call, segment and timeout in every state does what section 3.10 says") {
    oracle::examine<plain>(0x5eed1234, 0x0badf00d, std::chrono::seconds(1));
}

TEST_CASE("every call, segment and timeout in every state does the same where sequence numbers wrap") {
    oracle::examine<plain>(0xfffffff0, 0xfffffff0, std::chrono::seconds(1));
    oracle::examine<plain>(0x7ffffff0, 0x7ffffff0, std::chrono::seconds(1));
}

TEST_CASE("every call and timeout, and a sample of the segments, in every state does the same over IPv6") {
    oracle::examine<plain>(0x5eed1234, 0x0badf00d, std::chrono::seconds(1), true, 13);
}
