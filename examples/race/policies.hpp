// SPDX-License-Identifier: MIT
// The congestion policies that race knows by name, each composed with RACK-TLP, and with a way to answer ECN or none.
#pragma once

#include <sluice/sim/entrant.hpp>

#include <array>
#include <string>
#include <string_view>

namespace race {

struct policy {
    std::string_view name;
    std::string_view what;  // in words
};

inline constexpr std::array policies{
    policy{"reno", "RFC 5681: halves its window for a loss, and grows by a segment a round trip"},
    policy{"cubic", "RFC 9438 with HyStart++: comes back to where it lost along a cubic curve"},
    policy{"vegas", "keeps two to four segments in the queue, by round-trip times"},
    policy{"westwood", "reno that goes back to the rate at which data arrived"},
    policy{"fixed_window", "65535 octets, whatever happens"},
    policy{"my_cc", "examples/my_cc.hpp: change it, build, race it"},
};

/// In the list. Throws wrong_argument.
std::size_t place_of(std::string_view name);
std::string policy_names();

/// Each makes an entrant of the policy at that place of the list. Compiled apart: each is six whole TCPs.
sluice::sim::entrant enter_without_ecn(std::size_t place, const sluice::sim::entry& how);
sluice::sim::entrant enter_with_classic_ecn(std::size_t place, const sluice::sim::entry& how);
sluice::sim::entrant enter_with_accurate_ecn(std::size_t place, const sluice::sim::entry& how);

}  // namespace race
