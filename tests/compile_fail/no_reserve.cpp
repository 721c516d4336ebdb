// SPDX-License-Identifier: MIT
// Octets are kept, and there is no place to write them in.
// expect: sluice: buffers slot: send_buffer must have append, reserve and commit
// near: by_count
#include <sluice/policy/buffers/phantom_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct by_count : sluice::phantom_buffers {
#ifdef SLUICE_CONTROL
    static constexpr bool counts_only = true;
#else
    static constexpr bool counts_only = false;
#endif
};

using made = sluice::tcp<by_count>::settings;
