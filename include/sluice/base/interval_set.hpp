// SPDX-License-Identifier: MIT
//
// A sorted set of disjoint, non-touching half-open intervals in a store of limited size. Used for out-of-order data
// (RFC 9293 section 3.10.7.4, SHLD-31). Points need only `<` and `==` that order everything in the set at one time.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice {

template <class Point>
struct interval {
    Point begin;
    Point end;
    friend constexpr bool operator==(const interval&, const interval&) = default;
    constexpr bool empty() const { return begin == end; }
};

/// Store is an array of intervals, a std::array or one that grows (see base/pool_array.hpp).
template <class Point, class Store>
class basic_interval_set {
public:
    constexpr std::size_t capacity() const { return store_.size(); }
    constexpr std::size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr const interval<Point>& operator[](std::size_t i) const { return store_[i]; }
    constexpr std::span<const interval<Point>> all() const { return {store_.data(), size_}; }
    constexpr void clear() { size_ = 0; }
    constexpr Store& store() { return store_; }

    /// Adds [begin, end), merging what it overlaps or touches. False, and no change, when one interval more is needed
    /// than there is room for.
    constexpr bool add(Point begin, Point end) {
        assert(begin < end);
        // [first, last) are the intervals that overlap or touch the new one.
        const auto held = all();
        const std::size_t first =
            index_of(std::partition_point(held.begin(), held.end(), [&](const auto& i) { return i.end < begin; }));
        std::size_t last = first;
        while (last < size_ && !(end < store_[last].begin)) ++last;

        if (first == last) {
            if (size_ == capacity()) return false;
            std::copy_backward(store_.data() + first, store_.data() + size_, store_.data() + size_ + 1);
            store_[first] = {begin, end};
            ++size_;
            return true;
        }
        if (store_[first].begin < begin) begin = store_[first].begin;
        if (end < store_[last - 1].end) end = store_[last - 1].end;
        store_[first] = {begin, end};
        remove(first + 1, last);
        return true;
    }

    /// Removes everything below `point`.
    constexpr void remove_below(Point point) {
        std::size_t gone = 0;
        while (gone < size_ && !(point < store_[gone].end)) ++gone;
        remove(0, gone);
        if (size_ > 0 && store_[0].begin < point) store_[0].begin = point;
    }

    /// Removes everything from `point` on.
    constexpr void remove_from(Point point) {
        while (size_ > 0 && !(store_[size_ - 1].begin < point)) --size_;
        if (size_ > 0 && point < store_[size_ - 1].end) store_[size_ - 1].end = point;
    }

    /// The first interval that overlaps [begin, end), or all().end().
    constexpr auto first_overlap(Point begin, Point end) const {
        const auto held = all();
        const auto found =
            std::partition_point(held.begin(), held.end(), [&](const auto& i) { return !(begin < i.end); });
        return found != held.end() && found->begin < end ? found : held.end();
    }

private:
    constexpr std::size_t index_of(auto place) const { return static_cast<std::size_t>(place - all().begin()); }
    constexpr void remove(std::size_t first, std::size_t last) {
        std::copy(store_.data() + last, store_.data() + size_, store_.data() + first);
        size_ -= static_cast<std::uint32_t>(last - first);
    }

    [[no_unique_address]] Store store_{};  // what follows begins in its padding, if it has any
    std::uint32_t size_ = 0;
};

template <class Point, std::size_t Capacity>
using interval_set = basic_interval_set<Point, std::array<interval<Point>, Capacity>>;

}  // namespace sluice
