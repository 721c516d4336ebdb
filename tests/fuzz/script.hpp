// SPDX-License-Identifier: MIT
// What fuzz targets have in common: octets that libFuzzer makes up, read as decisions, and a way to stop.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <sluice/base/bytes.hpp>

namespace fuzz {

using namespace sluice;

[[noreturn]] inline void broken(const char* rule) {
    std::fprintf(stderr, "broken: %s\n", rule);
    std::abort();
}
inline void require(bool holds, const char* rule) {
    if (!holds) broken(rule);
}

class script {
public:
    explicit script(octets text) : text_(text) {}

    bool empty() const { return text_.empty(); }
    std::uint8_t next() {
        if (empty()) return 0;
        const octet o = text_[0];
        text_ = text_.subspan(1);
        return o;
    }
    std::uint16_t next_16() { return static_cast<std::uint16_t>(next() << 8 | next()); }
    std::uint32_t next_32() { return std::uint32_t{next_16()} << 16 | next_16(); }
    octets next_octets(std::size_t most) {
        const octets out = text_.first(std::min(most, text_.size()));
        text_ = text_.subspan(out.size());
        return out;
    }
    /// Mostly small, either sign, sometimes large.
    std::uint32_t offset() {
        const std::uint8_t kind = next();
        if (kind < 128) return 0;
        if (kind < 192) return static_cast<std::uint32_t>(static_cast<std::int8_t>(next()));
        if (kind < 240) return static_cast<std::uint32_t>(static_cast<std::int16_t>(next_16()));
        return next_32();
    }

private:
    octets text_;
};

}  // namespace fuzz
