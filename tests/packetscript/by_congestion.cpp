// SPDX-License-Identifier: MIT
// Compositions of packetscript that differ in their congestion policies.
#include "compositions.hpp"

#include <array>

#include <sluice/sluice.hpp>

using namespace sluice;
using testing::script::make_under_test;
using testing::script::make_with_ecn;

std::span<const composition> by_congestion() {
    static constexpr std::array all{composition{"cubic rack_tlp linux_like delayed_ack",
                                                &make_with_ecn<cubic, rack_tlp, linux_like>},
                                    composition{"cubic prr_recovery linux_like delayed_ack",
                                                &make_under_test<tcp<cubic, prr_recovery, linux_like>>},
                                    composition{"cubic sack_recovery linux_like delayed_ack",
                                                &make_under_test<tcp<cubic, sack_recovery, linux_like>>},
                                    composition{"fixed_window sack_recovery rfc6298 delayed_ack",
                                                &make_under_test<tcp<fixed_window, sack_recovery>>},
                                    composition{"fixed_window newreno_recovery rfc6298 delayed_ack",
                                                &make_under_test<tcp<fixed_window, newreno_recovery>>},
                                    composition{"no_congestion_control sack_recovery rfc6298 delayed_ack",
                                                &make_under_test<tcp<no_congestion_control, sack_recovery>>},
                                    composition{"no_congestion_control newreno_recovery rfc6298 delayed_ack",
                                                &make_under_test<tcp<no_congestion_control, newreno_recovery>>}};
    return all;
}
