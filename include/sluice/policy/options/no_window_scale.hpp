// SPDX-License-Identifier: MIT
//
// Scales no window (RFC 7323 section 2): neither end offers more than 65535 octets.
// The code for it is not compiled.
#pragma once

#include <sluice/policy/slots.hpp>
#include <sluice/wire/tcp_options.hpp>

namespace sluice {

struct no_window_scale {
    using slot = options_slot;
    static constexpr option_kind leaves_out = option_kind::window_scale;
};

}  // namespace sluice
