// SPDX-License-Identifier: MIT
//
// The conformance kit: `to_text(testing::check_congestion<my_cc>())`. Policies of your own are tried by the rules that
// our own keep, each on its own, by hand and in virtual time. A report says what passed, what was skipped and why, and
// which hooks were found; it needs no test framework. check_rtt and check_recovery do so for their slots.
#pragma once

#include <sluice/testing/conformance/congestion.hpp>
#include <sluice/testing/conformance/recovery.hpp>
#include <sluice/testing/conformance/report.hpp>
#include <sluice/testing/conformance/rtt.hpp>
