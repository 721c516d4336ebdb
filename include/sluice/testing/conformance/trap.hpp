// SPDX-License-Identifier: MIT
//
// Runs what may divide by zero, and says whether it did. Where the machine traps, as x86 does, the trap is caught;
// where it does not, the quotient is some number, and the rules look at what becomes of it. Knows nothing of policies.
#pragma once

#include <csetjmp>
#include <csignal>

namespace sluice::testing {

#if defined(SIGFPE) && defined(sigsetjmp)

namespace detail {
inline thread_local sigjmp_buf trap_place;
extern "C" inline void sluice_on_trap(int) { siglongjmp(trap_place, 1); }
}  // namespace detail

/// False if it trapped. What `does` had made by then stays as it is: it owns no memory.
bool runs_without_trap(auto&& does) {
    const auto before = std::signal(SIGFPE, detail::sluice_on_trap);
    volatile bool is_whole = true;
    if (sigsetjmp(detail::trap_place, 1) == 0) does();
    else is_whole = false;
    std::signal(SIGFPE, before);
    return is_whole;
}

#else

bool runs_without_trap(auto&& does) {
    does();
    return true;
}

#endif

}  // namespace sluice::testing
