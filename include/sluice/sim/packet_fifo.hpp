// SPDX-License-Identifier: MIT
//
// Packets of a store in the order in which they came, and how much they are: what queue disciplines are made of. It
// knows its limits, and leaves it to them what to do about these.
#pragma once

#include <cstddef>

#include <sluice/sim/packet.hpp>
#include <sluice/sim/queueing.hpp>

namespace sluice::sim {

class packet_fifo {
public:
    explicit packet_fifo(const queue_limits& limits = {}) : limits_(limits) {}

    const sim::backlog& backlog() const { return backlog_; }
    /// Whether a packet can be taken: one that need not wait always can.
    bool takes(const packet& p, const arrival& at) const {
        return !at.must_wait || limits_.have_room(backlog_, p.data.size());
    }

    void append(packet_store& store, list_index i) {
        order_.push_back(store, i);
        ++backlog_.packets;
        backlog_.octets += store[i].data.size();
    }

    /// The oldest; `no_index` when there is none.
    list_index take(packet_store& store) {
        const list_index i = order_.front();
        if (i == no_index) return i;
        order_.remove(store, i);
        --backlog_.packets;
        backlog_.octets -= store[i].data.size();
        return i;
    }

private:
    queue_limits limits_;
    sim::backlog backlog_{};
    index_list<&packet::place> order_;
};

}  // namespace sluice::sim
