// SPDX-License-Identifier: MIT
// How often the whole program has asked the C library for memory, whoever asked: malloc itself is counted, so that
// neither operator new nor a container nor the standard library goes by unseen.
#pragma once

#include <cstdint>

namespace sluice::test {

std::uint64_t heap_calls() noexcept;

}  // namespace sluice::test
