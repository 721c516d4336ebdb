// SPDX-License-Identifier: MIT
//
// Initial sequence numbers that anybody can predict: the 4 µs clock alone (MUST-8). For tests and closed worlds only.
#pragma once

#include <sluice/base/time.hpp>
#include <sluice/policy/slots.hpp>
#include <sluice/wire/address.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

struct counter_isn {
    using slot = isn_slot;

    std::uint32_t start = 1;

    constexpr seq choose(const socket_address&, const socket_address&, instant now) const {
        return seq(start + static_cast<std::uint32_t>(now.time_since_epoch() / 4us));
    }
};

}  // namespace sluice
