// SPDX-License-Identifier: MIT
// The umbrella in a compiler's older language.
// expect: sluice needs C\+\+20
#ifndef SLUICE_CONTROL
#undef __cplusplus
#define __cplusplus 201703L
#endif
#include <sluice/sluice.hpp>
