// SPDX-License-Identifier: MIT
//
// What is going to happen in a world, by time; what is to happen at one time happens in the order in which it was
// planned, so that a run can be repeated. A binary heap: planning and taking cost O(log of what is planned).
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

    void push(instant at, Event what) {
        heap_.push_back({at, planned_++, std::move(what)});
        std::push_heap(heap_.begin(), heap_.end(), later{});
    }

    Event pop() {
        assert(!empty());
        std::pop_heap(heap_.begin(), heap_.end(), later{});
        Event what = std::move(heap_.back().what);
        heap_.pop_back();
        return what;
    }

private:
    struct planned {
        instant at;
        std::uint64_t order;
        Event what;
    };
    struct later {  // a type of its own, so that the heap's calls of it are inlined
        bool operator()(const planned& a, const planned& b) const {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };

    std::vector<planned> heap_;
    std::uint64_t planned_ = 0;
};

}  // namespace sluice::sim
