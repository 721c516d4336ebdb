// SPDX-License-Identifier: MIT
// Compositions of packetscript that differ in their recovery, RTT and ACK policies.
#include "compositions.hpp"

#include <array>

#include <sluice/sluice.hpp>

using namespace sluice;
using testing::script::make_under_test;
using testing::script::make_with_ecn;

std::span<const composition> by_recovery() {
    static constexpr std::array all{
        composition{"reno sack_recovery rfc6298 delayed_ack",
                    &make_with_ecn<reno, sack_recovery, rfc6298, delayed_ack>},
        composition{"reno newreno_recovery rfc6298 delayed_ack", &make_under_test<tcp<reno, newreno_recovery>>},
        composition{"reno go_back_n rfc6298 delayed_ack", &make_under_test<tcp<reno, go_back_n>>},
        composition{"reno sack_recovery linux_like delayed_ack",
                    &make_under_test<tcp<reno, sack_recovery, linux_like>>},
        composition{"reno sack_recovery rfc6298 every_segment",
                    &make_under_test<tcp<reno, sack_recovery, every_segment>>}};
    return all;
}
