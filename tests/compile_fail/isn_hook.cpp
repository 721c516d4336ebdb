// SPDX-License-Identifier: MIT
// An isn policy with a key of half the length.
// expect: sluice: isn slot: on_start must be public and take two std::uint64_t
// near: half_a_key
#include <sluice/policy/compose.hpp>

struct half_a_key {
    using slot = sluice::isn_slot;
    constexpr sluice::seq choose(const sluice::socket_address&, const sluice::socket_address&, sluice::instant) const {
        return sluice::seq(1);
    }
#ifdef SLUICE_CONTROL
    constexpr void on_start(std::uint64_t, std::uint64_t) {}
#else
    constexpr void on_start(std::uint64_t) {}
#endif
};

using made = sluice::tcp<half_a_key>::settings;
