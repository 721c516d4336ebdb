// SPDX-License-Identifier: MIT
//
// Puts no timestamps on segments (RFC 7323 section 3): twelve octets more text in each, no PAWS.
// The code for it is not compiled.
#pragma once

#include <sluice/policy/slots.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

struct no_timestamps {
    using slot = options_slot;
    static constexpr option_kind leaves_out = option_kind::timestamps;
};

}  // namespace sluice
