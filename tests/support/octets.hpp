// SPDX-License-Identifier: MIT
// Octets for tests: written as hex, drawn at random, and summed by the textbook, which owes our checksum.hpp nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <sluice/base/bytes.hpp>
#include <sluice/base/random.hpp>

namespace sluice::test {

constexpr octet hex_digit(char c) { return static_cast<octet>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

/// hex("c000" "0050") is an array of four octets.
template <std::size_t N>
constexpr std::array<octet, N / 2> hex(const char (&text)[N]) {
    static_assert(N % 2 == 1, "two digits an octet");
    std::array<octet, N / 2> out{};
    for (std::size_t i = 0; i < N / 2; ++i)
        out[i] = static_cast<octet>(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    return out;
}

/// On the heap and of exactly this size, so that the address sanitizer sees a step past the end.
inline std::vector<octet> heap(octets from) { return {from.begin(), from.end()}; }

inline std::vector<octet> random_octets(seeded_random& numbers, std::size_t count) {
    std::vector<octet> out(count);
    for (octet& o : out) o = static_cast<octet>(numbers.bits());
    return out;
}

/// RFC 1071 section 4.1 as it stands there: words one by one, an odd last octet padded, carries folded as they come.
constexpr std::uint16_t textbook_sum(octets data, std::uint16_t sum = 0) {
    std::uint32_t total = sum;
    for (std::size_t i = 0; i < data.size(); i += 2) {
        total += static_cast<std::uint32_t>(data[i] << 8) + (i + 1 < data.size() ? data[i + 1] : 0u);
        total = (total & 0xffff) + (total >> 16);
    }
    return static_cast<std::uint16_t>(total);
}

}  // namespace sluice::test
