// SPDX-License-Identifier: MIT
//
// No explicit congestion notification: nothing is negotiated, everything leaves as Not-ECT (RFC 3168 section 5).
#pragma once

#include <sluice/policy/slots.hpp>

namespace sluice {

struct no_ecn {
    using slot = ecn_slot;
};

}  // namespace sluice
