// SPDX-License-Identifier: MIT
//
// Finds out how large packets may be where no router says so (RFC 4821): larger ones are tried out, and a path that has
// swallowed full-sized ones twice is taken for a black hole. It needs SACK to judge a probe that is lost. Not by
// default: to whom it happens an outage looks the same, and would shrink every segment for a while.
#pragma once

#include <sluice/policy/slots.hpp>

namespace sluice {

struct mtu_probing {
    using slot = options_slot;
    static constexpr bool probes_mtu = true;
};

}  // namespace sluice
