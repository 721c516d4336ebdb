// SPDX-License-Identifier: MIT
// A user's program. With other.cpp it includes everything twice, so a definition that is not inline does not link.
#include <sluice/sluice.hpp>

#include <cstdio>
#include <cstring>

const char* version_seen_elsewhere();

int main() {
    std::puts(sluice::version);
    return std::strcmp(version_seen_elsewhere(), sluice::version);
}
