// SPDX-License-Identifier: MIT
//
// The compositions that tests share, compiled once (compositions.cpp). Each watches its own transmissions.
#pragma once

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>
#include <sluice/policy/isn/counter_isn.hpp>
#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/options/no_timestamps.hpp>
#include <sluice/policy/options/no_window_scale.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>
#include <sluice/policy/rtt/linux_like.hpp>
#include <sluice/testing/audit.hpp>

#include "support/lab.hpp"

/// All defaults but the buffers: of a fixed size, so that it can be copied, and windows stay at 64 KiB.
using default_tcp = sluice::tcp<sluice::testing::gate_audit, sluice::fixed_buffers<>>;
/// The same by the plainest RFCs, whose windows can be reckoned by hand, and whose flags are RFC 9293's: 5681 and 6675.
using classic_tcp = sluice::tcp<sluice::testing::gate_audit, sluice::fixed_buffers<>, sluice::reno,
                                sluice::sack_recovery, sluice::no_ecn>;
/// Every choice made differently: nothing adapts, nothing is delayed.
using plain_tcp = sluice::tcp<sluice::testing::gate_audit, sluice::fixed_window, sluice::fixed_rto, sluice::go_back_n,
                              sluice::every_segment, sluice::no_ecn, sluice::counter_isn, sluice::fixed_buffers<>>;
/// Small enough to fill, to copy a million times and to run in the compiler.
using small_tcp = sluice::tcp<sluice::testing::gate_audit, sluice::fixed_buffers<2048, 2048, 16, 4>, sluice::reno,
                              sluice::sack_recovery>;

extern template class sluice::basic_endpoint<default_tcp>;
extern template class sluice::basic_endpoint<classic_tcp>;
extern template class sluice::basic_endpoint<plain_tcp>;
extern template class sluice::basic_endpoint<small_tcp>;

extern template class lab::bench<default_tcp>;
extern template class lab::bench<classic_tcp>;
extern template class lab::bench<plain_tcp>;
extern template class lab::bench<small_tcp>;
