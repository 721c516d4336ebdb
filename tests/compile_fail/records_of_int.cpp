// SPDX-License-Identifier: MIT
// Records of something else.
// expect: sluice: buffers slot: records must be an array of in_flight_record
// near: amnesiac
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct amnesiac : sluice::fixed_buffers<> {
#ifndef SLUICE_CONTROL
    using records = std::array<int, 16>;
#endif
};

using made = sluice::tcp<amnesiac>::settings;
