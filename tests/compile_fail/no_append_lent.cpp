// SPDX-License-Identifier: MIT
// Buffers that name what is lent, and take nothing on loan.
// expect: sluice: buffers slot: with lent, send_buffer must have append_lent
// near: debtor
#include <sluice/policy/buffers/fixed_buffers.hpp>
#include <sluice/policy/compose.hpp>

struct debtor : sluice::fixed_buffers<> {
#ifndef SLUICE_CONTROL
    using lent = sluice::lent_octets;
#endif
};

using made = sluice::tcp<debtor>::settings;
