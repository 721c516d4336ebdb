// SPDX-License-Identifier: MIT
// Which hooks a policy names can only be asked of a class that can be inherited from.
// expect: sluice: not a policy: it must not be final
// near: last_word
#include <sluice/policy/compose.hpp>

#ifdef SLUICE_CONTROL
#define FINAL
#else
#define FINAL final
#endif

struct last_word FINAL {
    using slot = sluice::congestion_slot;
    constexpr std::uint32_t window() const { return 1000; }
};

using made = sluice::tcp<last_word>::settings;
