// SPDX-License-Identifier: MIT
//
// Compositions and settings for the model check: a few octets make several segments and fill every buffer, and no
// variable counts without end. Time is only whether a timer has fired, so the retransmission timeout is fixed and does
// not back off.
#pragma once

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/reno.hpp>
#include <sluice/policy/ecn/no_ecn.hpp>
#include <sluice/policy/options/no_sack.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>

#include "explore.hpp"

namespace model {

using tiny_buffers = fixed_buffers<4, 4, 4, 2>;
// The channel marks nothing, so ECN would only make more states of the same.
using plain = tcp<testing::gate_audit, fixed_window, fixed_rto, go_back_n, every_segment, no_ecn, given_isn,
                  tiny_buffers, no_sack>;
using adaptive = tcp<testing::gate_audit, reno, fixed_rto, newreno_recovery, delayed_ack, no_ecn, given_isn,
                     tiny_buffers, no_sack>;
using selective =
    tcp<testing::gate_audit, reno, fixed_rto, sack_recovery, delayed_ack, no_ecn, given_isn, tiny_buffers>;

template <class Tcp>
typename Tcp::settings tiny() {
    typename Tcp::settings s;
    s.rtt = {.value = 1s, .cap = 1s};
    if constexpr (requires { s.congestion.initial_window; }) s.congestion.initial_window = 2;
    if constexpr (requires { s.ack.quick_start; }) s.ack.quick_start = 0;
    s.limits.timestamps = false;  // two worlds that differ only in the time would be two
    s.limits.mtu = 42;  // two octets of text
    s.limits.least_path_mss = s.limits.least_peer_mss = 1;
    s.limits.syn_ack_tries = no_limit;
    s.limits.syn_time = no_time_limit;
    s.limits.longest_probe_interval = 1s;
    s.limits.challenge_acks = 250;
    s.limits.connection.r1 = s.limits.connection.r2 = no_limit;
    s.limits.user_timeout = no_time_limit;
    return s;
}

// clang-format off
inline const scenario
    client_and_server{
        .script = {{{step::connect, step::send, step::shutdown}, {step::listen, step::send, step::shutdown}}},
        .begun = {1, 1}, .length = {3, 2}},
    crossing_opens{
        .script = {{{step::connect, step::send, step::shutdown}, {step::connect, step::send, step::shutdown}}},
        .begun = {1, 1}, .length = {2, 1}},
    slow_reader{
        .script = {{{step::connect, step::send, step::shutdown}, {step::listen, step::shutdown}}},
        .begun = {1, 1}, .length = {7, 0}},
    an_abort{
        .script = {{{step::connect, step::send, step::abort}, {step::listen, step::send, step::shutdown}}},
        .begun = {1, 1}, .length = {3, 2}, .may_fail = true},
    letting_go{
        .script = {{{step::connect, step::send, step::close}, {step::listen, step::send, step::close}}},
        .begun = {1, 1}, .length = {3, 2}, .may_fail = true};
// clang-format on

template <class Tcp>
void explore(const char* what, const scenario& plan, const limits_of_search& most) {
    exploration<Tcp> all(tiny<Tcp>(), plan);
    const found f = all.search(most);
    CHECK_MESSAGE(f.broken.empty(), f.broken);
    const std::string how = most.mischief == any_number ? "anything goes" : "mischief " + std::to_string(most.mischief);
    const std::string end = f.complete ? " (all there are)" : "";
    MESSAGE(std::string(what), ", ", how, ": ", f.states, " states, depth ", f.depth, end);
}

}  // namespace model
