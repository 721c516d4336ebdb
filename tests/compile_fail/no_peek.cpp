// SPDX-License-Identifier: MIT
// A receive buffer that can be read, but not looked into.
// expect: sluice: buffers slot: receive_buffer must have .*peek
// near: blindfold
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct blindfold_buffer : sluice::fixed_receive_buffer<4096> {
#ifndef SLUICE_CONTROL
    void peek() const {}
#endif
};

struct blindfold : sluice::fixed_buffers<> {
    using receive_buffer = blindfold_buffer;
};

using made = sluice::tcp<blindfold>::settings;
