// SPDX-License-Identifier: MIT
//
// The plainest queue discipline: first in, first out, and what does not fit is dropped. The packet that is being
// transmitted has left the queue.
#pragma once

#include <sluice/sim/packet_fifo.hpp>
#include <sluice/sim/tap.hpp>

namespace sluice::sim {

/// Nothing but the limits that the link sets.
struct drop_tail_settings {
    using discipline = class drop_tail;
};

class drop_tail {
public:
    drop_tail(const drop_tail_settings&, const queue_surroundings& around) : queue_(around.limits) {}

    const sim::backlog& backlog() const { return queue_.backlog(); }

    void push(packet_store& store, list_index i, const arrival& at, auto&& fates) {
        if (!queue_.takes(store[i], at)) return fates.drop(i, drop_cause::queue_full);
        queue_.append(store, i);
    }
    list_index pop(packet_store& store, instant, auto&&) { return queue_.take(store); }

private:
    packet_fifo queue_;
};

}  // namespace sluice::sim
