// SPDX-License-Identifier: MIT
//
// The Internet checksum: RFC 1071 (sum in any word size, fold at the end), RFC 1624 (incremental update), and a copy
// that sums on its way. A `partial_sum` is not complemented; `finish` makes the field's value. In the compiler octets
// are paired one by one; at run time sixteen are read at once. Both give one result.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

#include <sluice/base/bytes.hpp>

namespace sluice {

/// A ones' complement sum of big-endian 16-bit words, still unfolded.
class partial_sum {
public:
    constexpr partial_sum() = default;
    constexpr explicit partial_sum(std::uint64_t sum) : sum_(sum) {}

    /// Adds octets as a run of words that starts at an even place; an odd last octet counts as if zero followed it.
    constexpr partial_sum& add(octets data);
    constexpr partial_sum& add_word(std::uint16_t word) { return sum_ += word, *this; }
    constexpr partial_sum& add(partial_sum other) { return sum_ += other.folded(), *this; }

    /// For data that follows an odd number of octets: the sum of the same octets, swapped (RFC 1071 section 2B).
    constexpr partial_sum swapped() const {
        const std::uint16_t sum = folded();
        return partial_sum(static_cast<std::uint16_t>(sum << 8 | sum >> 8));
    }

    constexpr std::uint16_t folded() const {
        std::uint64_t sum = (sum_ >> 32) + (sum_ & 0xffffffff);
        sum = (sum >> 16) + (sum & 0xffff);
        sum = (sum >> 16) + (sum & 0xffff);
        sum = (sum >> 16) + (sum & 0xffff);
        return static_cast<std::uint16_t>(sum);
    }

    /// What goes into a checksum field that was zero while summing.
    constexpr std::uint16_t finish() const { return static_cast<std::uint16_t>(~folded()); }

private:
    std::uint64_t sum_ = 0;
};

namespace detail {

constexpr std::uint64_t sum_by_octets(octets data) {
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + 1 < data.size(); i += 2) sum += load_be16(data.data() + i);
    if (i < data.size()) sum += static_cast<std::uint64_t>(data[i]) << 8;
    return sum;
}

using two_words = std::uint64_t __attribute__((vector_size(16)));  // as wide as every x86-64 and AArch64 has it

/// Sums words of the machine's own byte order and swaps once at the end (RFC 1071 section 2B). To sum the 32-bit halves
/// of 64-bit words takes three operations for sixteen octets: `all` overflows, but less `high` shifted back, it is the
/// sum of the lower halves, which does not.
template <bool Copying>
inline std::uint64_t sum_by_words(octets data, octet* to) {
    const octet* from = data.data();
    const octet* const end = from + data.size();
    const auto next = [&](auto& word) {
        std::memcpy(&word, from, sizeof word);
        if constexpr (Copying) std::memcpy(to, &word, sizeof word), to += sizeof word;
        from += sizeof word;
    };
    std::uint64_t sum = 0;
    if (end - from >= 16) {
        two_words all{}, high{};
        const auto add_sixteen = [&] {
            two_words words;
            next(words);
            all += words;
            high += words >> 32;
        };
        while (end - from >= 64) add_sixteen(), add_sixteen(), add_sixteen(), add_sixteen();
        while (end - from >= 16) add_sixteen();
        const two_words halves = all - (high << 32) + high;
        sum = halves[0] + halves[1];
    }
    if (end - from >= 8) {
        std::uint64_t word;
        next(word);
        sum += (word >> 32) + (word & 0xffffffff);
    }
    if (end - from >= 4) {
        std::uint32_t word;
        next(word);
        sum += word;
    }
    if (end - from >= 2) {
        std::uint16_t word;
        next(word);
        sum += word;
    }
    if (from != end) {
        if constexpr (Copying) *to = *from;
        sum += std::uint64_t{*from} << (std::endian::native == std::endian::big ? 8 : 0);
    }
    const std::uint16_t folded = partial_sum(sum).folded();
    return std::endian::native == std::endian::big ? folded : std::rotl(folded, 8);
}

}  // namespace detail

constexpr partial_sum& partial_sum::add(octets data) {
    sum_ += std::is_constant_evaluated() ? detail::sum_by_octets(data) : detail::sum_by_words<false>(data, nullptr);
    return *this;
}

/// Copies `from` to the start of `to` and returns the sum of it.
constexpr partial_sum copy_and_sum(octets from, mutable_octets to) {
    if (std::is_constant_evaluated()) {
        copy(from, to);
        return partial_sum(detail::sum_by_octets(from));
    }
    return partial_sum(detail::sum_by_words<true>(from, to.data()));
}

/// RFC 1624 equation 3: the field after one of the words it covers has changed.
constexpr std::uint16_t updated_checksum(std::uint16_t field, std::uint16_t old_word, std::uint16_t new_word) {
    return partial_sum()
        .add_word(static_cast<std::uint16_t>(~field))
        .add_word(static_cast<std::uint16_t>(~old_word))
        .add_word(new_word)
        .finish();
}

}  // namespace sluice
