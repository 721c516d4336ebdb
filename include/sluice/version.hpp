// SPDX-License-Identifier: MIT
// The version, in the one place where it stands: CMakeLists.txt takes it from the quotes below.
// It follows semantic versioning. Includes nothing, so that any file may ask for it.
#pragma once

namespace sluice {

inline constexpr const char version[] = "0.1.0";

}  // namespace sluice
