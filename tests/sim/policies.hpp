// SPDX-License-Identifier: MIT
// A transfer under every choice of recovery, rtt and ack policy for one congestion policy: one program file for each of
// these, so that compilers can work side by side. The client's ack policy matters for what comes back, the server's for
// what goes there: each client meets servers with each. All of it with SACK and without, with timestamps and without.
#pragma once

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

template <class Congestion, class Recovery, class Rtt>
void with_each_ack() {
    using delays = tcp<testing::gate_audit, Congestion, Recovery, Rtt, delayed_ack>;
    using prompt = tcp<testing::gate_audit, Congestion, Recovery, Rtt, every_segment>;
    const lab::option_mix mix = lab::each_mix();
    completes<delays, prompt>(mix);
    completes<prompt, delays>(mix);
}

template <class Congestion, class Recovery>
void with_each_rtt() {
    SUBCASE("rfc6298") { with_each_ack<Congestion, Recovery, rfc6298>(); }
    SUBCASE("linux_like") { with_each_ack<Congestion, Recovery, linux_like>(); }
    SUBCASE("fixed_rto") { with_each_ack<Congestion, Recovery, fixed_rto>(); }
}

template <class Congestion>
void with_each_recovery() {
    SUBCASE("sack_recovery") { with_each_rtt<Congestion, sack_recovery>(); }
    SUBCASE("prr_recovery") { with_each_rtt<Congestion, prr_recovery>(); }
    SUBCASE("rack_tlp") { with_each_rtt<Congestion, rack_tlp>(); }
    SUBCASE("newreno_recovery") { with_each_rtt<Congestion, newreno_recovery>(); }
    SUBCASE("go_back_n") { with_each_rtt<Congestion, go_back_n>(); }
}

}  // namespace policies
