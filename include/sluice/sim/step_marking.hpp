// SPDX-License-Identifier: MIT
//
// Marking at a step: CE on every packet that finds more than K waiting (RFC 8257 section 3.1), or has itself waited
// longer than T, as shallow-buffered switches do it for DCTCP and Prague. What is not ECN-capable is dropped there, as
// by every router that marks (RFC 3168 section 5), or let through. Beside that the queue is drop tail.
#pragma once

#include <sluice/sim/packet_fifo.hpp>
#include <sluice/sim/tap.hpp>

namespace sluice::sim {

/// As it stands, nothing is ever marked.
struct step_marking_settings {
    using discipline = class step_marking;

    std::size_t packets = unlimited;     // K
    duration sojourn = duration::max();  // T
    bool drops_not_ect = true;
};

class step_marking {
public:
    step_marking(const step_marking_settings& s, const queue_surroundings& around)
        : settings_(s), queue_(around.limits) {}

    const sim::backlog& backlog() const { return queue_.backlog(); }

    void push(packet_store& store, list_index i, const arrival& at, auto&& fates) {
        if (!queue_.takes(store[i], at)) return fates.drop(i, drop_cause::queue_full);
        if (backlog().packets > settings_.packets && !survives(i, fates)) return fates.drop(i, drop_cause::aqm);
        queue_.append(store, i);
    }

    list_index pop(packet_store& store, instant now, auto&& fates) {
        while (true) {
            const list_index i = queue_.take(store);
            if (i == no_index || now - store[i].sent <= settings_.sojourn || survives(i, fates)) return i;
            fates.drop(i, drop_cause::aqm);
        }
    }

private:
    bool survives(list_index i, auto& fates) const { return fates.mark(i) || !settings_.drops_not_ect; }

    step_marking_settings settings_;
    packet_fifo queue_;
};

}  // namespace sluice::sim
