// SPDX-License-Identifier: MIT
//
// The one way in which traces reach a disk: a whole file at once, by C streams. Knows nothing of what is in it.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include <sluice/base/bytes.hpp>

namespace sluice::trace {

/// Replaces the file. False if it can't be opened, or not be written to the last octet.
inline bool save_file(const std::string& path, const void* content, std::size_t length) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (!file) return false;
    const bool written = std::fwrite(content, 1, length, file) == length;
    return std::fclose(file) == 0 && written;  // a full disk may show at the close only
}

inline bool save_file(const std::string& path, octets content) {
    return save_file(path, content.data(), content.size());
}

inline bool save_file(const std::string& path, std::string_view content) {
    return save_file(path, content.data(), content.size());
}

}  // namespace sluice::trace
