// SPDX-License-Identifier: MIT
//
// Sequence numbers (RFC 9293 section 3.4): a space of 2^32 that wraps. A number is never an integer by accident, and
// "less" means "before, by less than half of the space", which orders the numbers of one connection at one time.
#pragma once

#include <cstdint>

namespace sluice {

class seq {
public:
    constexpr seq() = default;
    constexpr explicit seq(std::uint32_t number) : number_(number) {}

    constexpr std::uint32_t number() const { return number_; }

    constexpr seq& operator+=(std::uint32_t count) { return number_ += count, *this; }
    friend constexpr seq operator+(seq a, std::uint32_t count) { return seq(a.number_ + count); }
    friend constexpr seq operator-(seq a, std::uint32_t count) { return seq(a.number_ - count); }

    /// How many octets lie from b up to a.
    friend constexpr std::uint32_t operator-(seq a, seq b) { return a.number_ - b.number_; }

    friend constexpr bool operator==(seq, seq) = default;
    friend constexpr bool operator<(seq a, seq b) { return static_cast<std::int32_t>(a.number_ - b.number_) < 0; }
    friend constexpr bool operator>(seq a, seq b) { return b < a; }
    friend constexpr bool operator<=(seq a, seq b) { return !(b < a); }
    friend constexpr bool operator>=(seq a, seq b) { return !(a < b); }

private:
    std::uint32_t number_ = 0;
};

constexpr seq earlier(seq a, seq b) { return a < b ? a : b; }
constexpr seq later(seq a, seq b) { return a < b ? b : a; }

}  // namespace sluice
