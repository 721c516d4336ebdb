// SPDX-License-Identifier: MIT
//
// Neither asks for selective acknowledgments nor sends them (RFC 2018): losses are found as without them.
// The code for it is not compiled.
#pragma once

#include <sluice/policy/slots.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

struct no_sack {
    using slot = options_slot;
    static constexpr option_kind leaves_out = option_kind::sack;
};

}  // namespace sluice
