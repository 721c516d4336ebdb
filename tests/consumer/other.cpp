// SPDX-License-Identifier: MIT
// The second translation unit of the consumer.
#include <sluice/sluice.hpp>

const char* version_seen_elsewhere();

const char* version_seen_elsewhere() { return sluice::version; }
