// SPDX-License-Identifier: MIT
//
// What a host on a real network takes from the system besides packets: a clock that never goes back, and a seed that
// nobody outside can guess. Without it sequence numbers, ports and cookies would be the same in every run.
#pragma once

#include <cstdlib>

#include <sys/random.h>
#include <time.h>

#include <sluice/base/random.hpp>
#include <sluice/base/time.hpp>

namespace sluice::io {

inline instant monotonic_now() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return instant(duration(std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec));
}

/// 256 bits of the system's. A system without any left is one on which nothing safe can be begun.
inline seed random_seed() {
    std::array<std::uint64_t, 4> bits{};
    if (::getrandom(bits.data(), sizeof bits, 0) != sizeof bits) std::abort();
    return seed(bits);
}

}  // namespace sluice::io
