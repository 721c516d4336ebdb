// SPDX-License-Identifier: MIT
//
// How long things took, by the million: an exact mean, and percentiles that are at most 1/256 too long, in memory that
// does not grow with their number. Durations up to 511 ns have a place each; from there on, each power of two has 256.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include <sluice/base/time.hpp>

namespace sluice::sim {

class duration_histogram {
public:
    void add(duration d) {
        const std::uint64_t length = static_cast<std::uint64_t>(std::max(d, duration::zero()).count());
        const std::size_t place = place_of(length);
        if (place >= counts_.size()) counts_.resize(place + 1);
        ++counts_[place];
        ++count_;
        sum_ += length;
        longest_ = std::max(longest_, length);
    }

    std::uint64_t count() const { return count_; }
    duration longest() const { return as_duration(longest_); }
    duration mean() const { return as_duration(count_ == 0 ? 0 : sum_ / count_); }

    /// The nearest rank: the least time within which so many percent were over.
    duration percentile(unsigned percent) const {
        if (count_ == 0) return {};
        const std::uint64_t rank = std::max<std::uint64_t>((count_ * percent + 99) / 100, 1);
        std::uint64_t seen = 0;
        std::size_t place = 0;
        while ((seen += counts_[place]) < rank) ++place;
        return as_duration(std::min(longest_of(place), longest_));
    }

private:
    static constexpr std::uint64_t steps = 256;

    static std::size_t place_of(std::uint64_t length) {
        if (length < 2 * steps) return length;
        const auto shift = static_cast<unsigned>(std::bit_width(length)) - 9;  // leaves 256 to 511
        return shift * steps + (length >> shift);
    }
    static std::uint64_t longest_of(std::size_t place) {
        if (place < 2 * steps) return place;
        const std::size_t shift = place / steps - 1;
        return ((place - shift * steps + 1) << shift) - 1;
    }
    static duration as_duration(std::uint64_t length) { return duration(static_cast<std::int64_t>(length)); }

    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0, sum_ = 0, longest_ = 0;
};

}  // namespace sluice::sim
