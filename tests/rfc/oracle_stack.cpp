// SPDX-License-Identifier: MIT
// The same as oracle.cpp for a connection in a stack, which keeps SYN-RECEIVED and, once its application has let go,
// TIME-WAIT as records. What differs is that a listener stays one, that nobody has a handle to a record, and what
// as_record() says. RFC 6191's silent drop (N18's neighbour in TIME-WAIT) needs a listener: stack/time_wait.cpp has it.
#include "oracle_bench.hpp"
#include "stack_endpoint.hpp"

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>

namespace {

/// A composition, as a stack's.
template <class Tcp>
struct stacked {
    using settings = typename Tcp::settings;
    using buffers_policy = typename Tcp::buffers_policy;
};

using plain = sluice::tcp<sluice::testing::gate_audit, sluice::fixed_window, sluice::fixed_rto, sluice::go_back_n,
                          sluice::every_segment, oracle::given_isn, oracle::few_octets>;
using with_defaults = sluice::tcp<sluice::testing::gate_audit, oracle::given_isn, oracle::few_octets>;

}  // namespace

template <class Tcp>
struct oracle::subject<stacked<Tcp>> {
    using bench = lab::bench<Tcp, oracle::stack_endpoint<Tcp>>;
    static constexpr bool in_stack = true;
};

TEST_CASE("every call, segment and timeout in every state does in a stack what section 3.10 says") {
    oracle::examine<stacked<plain>>(0x5eed1234, 0x0badf00d, std::chrono::seconds(1), false, 7);
}

TEST_CASE("every call, segment and timeout in every state does the same in a stack where sequence numbers wrap") {
    oracle::examine<stacked<plain>>(0xfffffff0, 0xfffffff0, std::chrono::seconds(1), false, 13);
    oracle::examine<stacked<plain>>(0x7ffffff0, 0x7ffffff0, std::chrono::seconds(1), true, 17);
}

TEST_CASE("every call, segment and timeout in every state does the same in a stack with the default policies") {
    oracle::examine<stacked<with_defaults>>(0x5eed1234, 0x0badf00d, sluice::rfc6298{}.floor, false, 11);
}
