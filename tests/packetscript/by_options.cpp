// SPDX-License-Identifier: MIT
// Compositions of packetscript that differ in their options that are left out.
#include "compositions.hpp"

#include <array>

#include <sluice/sluice.hpp>

using namespace sluice;
using testing::script::make_under_test;

std::span<const composition> by_options() {
    static constexpr std::array all{
        composition{"reno sack_recovery rfc6298 delayed_ack no_sack",
                    &make_under_test<tcp<reno, sack_recovery, no_sack>>},
        composition{"reno sack_recovery rfc6298 delayed_ack no_timestamps",
                    &make_under_test<tcp<reno, sack_recovery, no_timestamps>>},
        composition{"reno sack_recovery rfc6298 delayed_ack no_window_scale",
                    &make_under_test<tcp<reno, sack_recovery, no_window_scale>>},
        composition{"reno sack_recovery rfc6298 delayed_ack no_sack no_timestamps no_window_scale",
                    &make_under_test<tcp<reno, sack_recovery, no_sack, no_timestamps, no_window_scale>>}};
    return all;
}
