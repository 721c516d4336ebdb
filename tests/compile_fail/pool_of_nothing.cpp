// SPDX-License-Identifier: MIT
// A pool that is not made of its policy.
// expect: sluice: buffers slot: pool must be constructible from a const reference
// near: orphaned
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct orphaned : sluice::fixed_buffers<> {
#ifndef SLUICE_CONTROL
    struct pool {};
#endif
};

using made = sluice::tcp<orphaned>::settings;
