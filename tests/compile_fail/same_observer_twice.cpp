// SPDX-License-Identifier: MIT
// An observer is found by its type, so each type watches once.
// expect: sluice: observe slot: the same observer twice
// near: my_watcher
#include <sluice/policy/compose.hpp>

struct my_watcher {
    using slot = sluice::observe_slot;
};
struct another_watcher {
    using slot = sluice::observe_slot;
};

#ifdef SLUICE_CONTROL
using chosen = sluice::tcp<my_watcher, another_watcher>;
#else
using chosen = sluice::tcp<my_watcher, another_watcher, my_watcher>;
#endif
using made = chosen::settings;
