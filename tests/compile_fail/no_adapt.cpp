// SPDX-License-Identifier: MIT
// Buffers that say they are tuned, and can't be.
// expect: sluice: buffers slot: with tunes, receive_buffer must have .*adapt
// near: out_of_tune
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct out_of_tune : sluice::fixed_buffers<> {
#ifndef SLUICE_CONTROL
    static constexpr bool tunes = true;
#endif
};

using made = sluice::tcp<out_of_tune>::settings;
