// SPDX-License-Identifier: MIT
//
// What is going to happen in a world, by time; what is to happen at one time happens in the order in which it was
// planned, so that a run can be repeated. A heap: planning and taking cost O(log of what is planned).
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

#include <sluice/base/time.hpp>

namespace sluice::sim {

template <class Event>
class event_queue {
public:
    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    /// When the next event is due; `never` when there is none.
    instant next() const { return heap_.empty() ? never : heap_.front().at; }

    void push(instant at, Event what) { push(at, turn(), std::move(what)); }

    /// For who plans now and pushes later, but in time: the place among what is to happen at the same time.
    std::uint64_t turn() { return planned_++; }
    void push(instant at, std::uint64_t turn, Event what) {
        heap_.emplace_back();
        rise(heap_.size() - 1, {at, turn, std::move(what)});
    }

    Event pop() {
        assert(!empty());
        Event what = std::move(heap_.front().what);
        planned last = std::move(heap_.back());
        heap_.pop_back();
        if (!heap_.empty()) sink(std::move(last));
        return what;
    }

private:
    struct planned {
        instant at{};
        std::uint64_t order = 0;
        Event what{};
    };
    static bool is_sooner(const planned& a, const planned& b) { return a.at != b.at ? a.at < b.at : a.order < b.order; }

    /// From an empty place up to where what is above is sooner.
    void rise(std::size_t place, planned&& event) {
        for (; place > 0; place = (place - 1) / ways) {
            planned& above = heap_[(place - 1) / ways];
            if (!is_sooner(event, above)) break;
            heap_[place] = std::move(above);
        }
        heap_[place] = std::move(event);
    }

    /// From the top, which is empty, down to where nothing below is sooner.
    void sink(planned&& event) {
        std::size_t place = 0;
        for (std::size_t first = 1; first < heap_.size(); first = place * ways + 1) {
            const std::size_t end = std::min(first + ways, heap_.size());
            std::size_t soonest = first;
            for (std::size_t i = first + 1; i < end; ++i)
                if (is_sooner(heap_[i], heap_[soonest])) soonest = i;
            if (!is_sooner(heap_[soonest], event)) break;
            heap_[place] = std::move(heap_[soonest]);
            place = soonest;
        }
        heap_[place] = std::move(event);
    }

    static constexpr std::size_t ways = 4;  // half as deep as with two, and those below one stand side by side
    std::vector<planned> heap_;
    std::uint64_t planned_ = 0;
};

}  // namespace sluice::sim
