// SPDX-License-Identifier: MIT
//
// How evenly several share something, in one number: the index of Jain, Chiu and Hawe (1984). Knows not what it is
// that they share.
#pragma once

#include <span>

namespace sluice::trace {

/// (Σx)² / (n Σx²): 1 if all have the same, 1/n if one has all. Who shares nothing shares it evenly.
inline double jain(std::span<const double> shares) {
    double sum = 0, squares = 0;
    for (const double each : shares) sum += each, squares += each * each;
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace sluice::trace
