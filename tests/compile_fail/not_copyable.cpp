// SPDX-License-Identifier: MIT
// Each connection begins with a copy of its policies.
// expect: sluice: not a policy: it must be copyable
// near: one_of_a_kind
#include <sluice/policy/compose.hpp>

struct one_of_a_kind {
    using slot = sluice::ecn_slot;
    constexpr one_of_a_kind() = default;
#ifndef SLUICE_CONTROL
    one_of_a_kind(const one_of_a_kind&) = delete;
#endif
};

using made = sluice::tcp<one_of_a_kind>::settings;
