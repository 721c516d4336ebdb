// SPDX-License-Identifier: MIT
//
// A tap on a bottleneck: how long packets waited there on their way from end 0, how much was carried, and what each
// receiver's flow lost. Measuring changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include <sluice/sim/address.hpp>
#include <sluice/sim/duration_histogram.hpp>
#include <sluice/sim/tap.hpp>
#include <sluice/wire/packet.hpp>

namespace sluice::sim {

class bottleneck_meter {
public:
    struct of_flow {
        std::uint64_t lost = 0;
        std::uint64_t marked = 0;
    };

    void on_packet(const packet_report& r) {
        if (r.from != 0) return;
        switch (r.what) {
            case packet_event::sent: break;
            case packet_event::marked: ++flow_of(r.packet).marked; break;
            case packet_event::delivered:
                if (!r.packet.is_copy) carry(r.packet);
                break;
            case packet_event::dropped:
                ++flow_of(r.packet).lost;
                if (r.why == drop_cause::loss || r.why == drop_cause::chosen) carry(r.packet);  // on the wire
                break;
        }
    }

    /// Forgets all so far: what is measured begins now.
    void restart() { *this = {}; }

    const duration_histogram& waits() const { return waits_; }
    std::uint64_t carried() const { return carried_; }  // octets
    /// By the node that receives it.
    of_flow flow_to(std::uint32_t node) const { return node < flows_.size() ? flows_[node] : of_flow{}; }

    /// Of those that were carried since the last call.
    duration take_mean_wait() {
        const duration mean = recent_ == 0 ? duration{} : recent_sum_ / recent_;
        recent_ = 0;
        recent_sum_ = {};
        return mean;
    }

private:
    void carry(const packet& p) {
        waits_.add(p.queued);
        carried_ += p.data.size();
        ++recent_;
        recent_sum_ += p.queued;
    }

    of_flow& flow_of(const packet& p) {
        const std::uint32_t node = node_at(destination_of(p.data)).value_or(0);
        if (node >= flows_.size()) flows_.resize(node + 1);
        return flows_[node];
    }

    duration_histogram waits_;
    std::uint64_t carried_ = 0;
    std::vector<of_flow> flows_;
    std::int64_t recent_ = 0;
    duration recent_sum_{};
};

}  // namespace sluice::sim
