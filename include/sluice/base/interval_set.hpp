// SPDX-License-Identifier: MIT
//
// A sorted set of disjoint, non-touching half-open intervals with a fixed limit on their number. Used for out-of-order
// data (RFC 9293 section 3.10.7.4, SHLD-31). Points need only `<` and `==` that order everything in the set at one time.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <span>

namespace sluice {

template <class Point>
struct interval {
    Point begin;
    Point end;
    friend constexpr bool operator==(const interval&, const interval&) = default;
};

template <class Point, std::size_t Capacity>
class interval_set {
public:
    static constexpr std::size_t capacity() { return Capacity; }
    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr const interval<Point>& operator[](std::size_t i) const { return at_[i]; }
    constexpr std::span<const interval<Point>> all() const { return {at_.data(), size_}; }
    constexpr void clear() { size_ = 0; }

    /// Adds [begin, end), merging what it overlaps or touches. False, and no change, when one interval more is needed than
    /// there is room for.
    constexpr bool add(Point begin, Point end) {
        assert(begin < end);
        // [first, last) are the intervals that overlap or touch the new one.
        std::size_t first = 0;
        while (first < size_ && at_[first].end < begin) ++first;
        std::size_t last = first;
        while (last < size_ && !(end < at_[last].begin)) ++last;

        if (first == last) {
            if (size_ == Capacity) return false;
            std::copy_backward(at_.begin() + first, at_.begin() + size_, at_.begin() + size_ + 1);
            at_[first] = {begin, end};
            ++size_;
            return true;
        }
        if (at_[first].begin < begin) begin = at_[first].begin;
        if (end < at_[last - 1].end) end = at_[last - 1].end;
        at_[first] = {begin, end};
        remove(first + 1, last);
        return true;
    }

    /// Removes everything below `point`.
    constexpr void remove_below(Point point) {
        std::size_t gone = 0;
        while (gone < size_ && !(point < at_[gone].end)) ++gone;
        remove(0, gone);
        if (size_ > 0 && at_[0].begin < point) at_[0].begin = point;
    }

    /// Removes everything from `point` on.
    constexpr void remove_from(Point point) {
        while (size_ > 0 && !(at_[size_ - 1].begin < point)) --size_;
        if (size_ > 0 && point < at_[size_ - 1].end) at_[size_ - 1].end = point;
    }

    /// The first interval that overlaps [begin, end), or all().end().
    constexpr auto first_overlap(Point begin, Point end) const {
        const auto held = all();
        const auto found =
            std::partition_point(held.begin(), held.end(), [&](const auto& i) { return !(begin < i.end); });
        return found != held.end() && found->begin < end ? found : held.end();
    }

    constexpr bool contains(Point begin, Point end) const {
        return std::any_of(at_.begin(), at_.begin() + size_,
                           [&](const auto& i) { return !(begin < i.begin) && !(i.end < end); });
    }

private:
    constexpr void remove(std::size_t first, std::size_t last) {
        std::copy(at_.begin() + last, at_.begin() + size_, at_.begin() + first);
        size_ -= last - first;
    }

    std::array<interval<Point>, Capacity> at_{};
    std::size_t size_ = 0;
};

}  // namespace sluice
