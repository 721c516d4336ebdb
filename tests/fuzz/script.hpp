// SPDX-License-Identifier: MIT
// What fuzz targets have in common: octets that libFuzzer makes up, read as decisions, and a way to stop.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <sluice/base/bytes.hpp>
#include <sluice/wire/seq.hpp>

namespace fuzz {

using namespace sluice;

[[noreturn]] inline void broken(const char* rule) {
    std::fprintf(stderr, "broken: %s\n", rule);
    std::abort();
}
inline void require(bool holds, const char* rule) {
    if (!holds) broken(rule);
}

/// Text by its sequence number, whoever sends it: a wrong octet, sent or delivered, is seen.
constexpr octet text_at(seq s) { return static_cast<octet>(s.number() * 2654435761u >> 24); }

inline std::vector<octet> text_from(seq first, std::size_t length) {
    std::vector<octet> out(length);
    for (std::size_t i = 0; i < length; ++i) out[i] = text_at(first + static_cast<std::uint32_t>(i));
    return out;
}
inline void require_text(octets some, seq first, const char* rule) {
    for (std::size_t i = 0; i < some.size(); ++i)
        require(some[i] == text_at(first + static_cast<std::uint32_t>(i)), rule);
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
