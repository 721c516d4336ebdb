// SPDX-License-Identifier: MIT
// Each policy's TCP is instantiated here and nowhere else.
#include "policies.hpp"

#include "../my_cc.hpp"

namespace race {

namespace {

using namespace sluice;

// clang-format off
template <class... Others>
const std::vector<policy> with{
    {"reno", "RFC 5681: halves its window for a loss, and grows by a segment a round trip",
     [](const sim::entry& how) { return sim::enter<tcp<reno, rack_tlp, Others...>>("reno", how); }},
    {"cubic", "RFC 9438 with HyStart++: comes back to where it lost along a cubic curve",
     [](const sim::entry& how) { return sim::enter<tcp<cubic, rack_tlp, Others...>>("cubic", how); }},
    {"vegas", "keeps two to four segments in the queue, by round-trip times",
     [](const sim::entry& how) { return sim::enter<tcp<vegas, rack_tlp, Others...>>("vegas", how); }},
    {"westwood", "reno that goes back to the rate at which data arrived",
     [](const sim::entry& how) { return sim::enter<tcp<westwood, rack_tlp, Others...>>("westwood", how); }},
    {"fixed_window", "65535 octets, whatever happens",
     [](const sim::entry& how) { return sim::enter<tcp<fixed_window, rack_tlp, Others...>>("fixed_window", how); }},
    {"my_cc", "examples/my_cc.hpp: change it, build, race it",
     [](const sim::entry& how) { return sim::enter<tcp<my_cc, rack_tlp, Others...>>("my_cc", how); }},
};
// clang-format on

}  // namespace

const std::vector<policy>& policies() { return with<>; }

}  // namespace race
