// SPDX-License-Identifier: MIT
// A transfer under the choices of congestion, recovery, rtt and ack policy: a program file for each congestion policy,
// so that compilers can work side by side. All choices times all would be 180 TCPs, minutes to compile; these are 30,
// and each two policies of different slots meet in one of them (asserted below). The server is the default with the
// other ack policy: the client's matters for what comes back, the server's for what goes there. All of it with SACK and
// without, with timestamps and without.
#pragma once

#include <tuple>

#include <doctest/doctest.h>

#include <sluice/policy/ack/every_segment.hpp>
#include <sluice/policy/congestion/fixed_window.hpp>
#include <sluice/policy/congestion/no_congestion_control.hpp>
#include <sluice/policy/recovery/go_back_n.hpp>
#include <sluice/policy/recovery/prr_recovery.hpp>
#include <sluice/policy/recovery/rack_tlp.hpp>
#include <sluice/policy/recovery/sack_recovery.hpp>
#include <sluice/policy/rtt/fixed_rto.hpp>
#include <sluice/policy/rtt/linux_like.hpp>

#include "audited.hpp"
#include "support/option_mixes.hpp"

namespace policies {

using namespace sluice;

template <class Client, class Server>
void completes(lab::option_mix mix) {
    for (const double loss : {0.0, 0.03})
        for (const bool ipv6 : {false, true}) {
            CAPTURE(loss);
            CAPTURE(ipv6);
            const auto r = audited::transfer<Client, Server>({.rate = 20'000'000,
                                                              .delay = 10ms,
                                                              .queue = 30,
                                                              .loss = loss,
                                                              .corruption = loss / 2,
                                                              .duplication = loss / 2,
                                                              .reordering = loss / 2,
                                                              .octets = 150'000,
                                                              .octets_back = 50'000,
                                                              .ipv6 = ipv6,
                                                              .record = false},
                                                             lab::with<typename Client::settings>(mix),
                                                             lab::with<typename Server::settings>(mix));
            CHECK(r.complete);
        }
}

enum class rtts { rfc6298, linux_like, fixed_rto };
enum class acks { delayed, each };
constexpr int recoveries = 5, congestions = 6;

/// What the recovery policy of this number meets beside the congestion policy of this number.
constexpr rtts rtt_of(int congestion, int recovery) { return static_cast<rtts>((congestion + recovery) % 3); }
constexpr acks ack_of(int congestion, int recovery) { return static_cast<acks>((congestion + recovery) % 2); }

/// Whether some TCP has this rtt and this ack policy beside that congestion or recovery policy; -1 is any.
constexpr bool meet(int congestion, int recovery, int rtt, int ack) {
    for (int c = 0; c < congestions; ++c)
        for (int r = 0; r < recoveries; ++r)
            if ((congestion < 0 || c == congestion) && (recovery < 0 || r == recovery) &&
                (rtt < 0 || rtt_of(c, r) == static_cast<rtts>(rtt)) &&
                (ack < 0 || ack_of(c, r) == static_cast<acks>(ack)))
                return true;
    return false;
}
constexpr bool each_two_meet() {
    for (int rtt = 0; rtt < 3; ++rtt)
        for (int ack = 0; ack < 2; ++ack) {
            if (!meet(-1, -1, rtt, ack)) return false;
            for (int c = 0; c < congestions; ++c)
                if (!meet(c, -1, rtt, -1) || !meet(c, -1, -1, ack)) return false;
            for (int r = 0; r < recoveries; ++r)
                if (!meet(-1, r, rtt, -1) || !meet(-1, r, -1, ack)) return false;
        }
    return true;
}
static_assert(each_two_meet());

using rtt_policies = std::tuple<rfc6298, linux_like, fixed_rto>;
using ack_policies = std::tuple<delayed_ack, every_segment>;

template <class Congestion, int Number, class Recovery, int RecoveryNumber>
void completes() {
    constexpr auto rtt = static_cast<std::size_t>(rtt_of(Number, RecoveryNumber));
    constexpr auto ack = static_cast<std::size_t>(ack_of(Number, RecoveryNumber));
    using client = tcp<testing::gate_audit, Congestion, Recovery, std::tuple_element_t<rtt, rtt_policies>,
                       std::tuple_element_t<ack, ack_policies>>;
    using server = tcp<testing::gate_audit, std::tuple_element_t<1 - ack, ack_policies>>;
    completes<client, server>(lab::each_mix());
}

/// `Number` is the congestion policy's own, from 0.
template <class Congestion, int Number>
void with_each_recovery() {
    static_assert(Number >= 0 && Number < congestions);
    SUBCASE("sack_recovery") { completes<Congestion, Number, sack_recovery, 0>(); }
    SUBCASE("prr_recovery") { completes<Congestion, Number, prr_recovery, 1>(); }
    SUBCASE("rack_tlp") { completes<Congestion, Number, rack_tlp, 2>(); }
    SUBCASE("newreno_recovery") { completes<Congestion, Number, newreno_recovery, 3>(); }
    SUBCASE("go_back_n") { completes<Congestion, Number, go_back_n, 4>(); }
}

}  // namespace policies
