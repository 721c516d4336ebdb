// SPDX-License-Identifier: MIT
//
// The one place where the stacks that tests share become code.
#include "support/pair.hpp"
#include "support/stack_bench.hpp"

template class lab::stack_bench<lab::default_stack_tcp>;
template class lab::stack_bench<lab::known_isn_tcp>;
template struct lab::pair<sluice::tcp<sluice::growable_buffers>>;
