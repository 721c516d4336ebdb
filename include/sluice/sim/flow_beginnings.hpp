// SPDX-License-Identifier: MIT
//
// The first seconds of several flows, segment by segment, for time-sequence graphs: each is seen on its sender's cable,
// and what the bottleneck drops counts as lost.
#pragma once

#include <memory>
#include <vector>

#include <sluice/sim/network.hpp>
#include <sluice/sim/wire_log.hpp>

namespace sluice::sim {

/// A tap on the bottleneck, and one on each cable that it was told of.
class flow_beginnings {
public:
    explicit flow_beginnings(duration length) : length_(length) {}

    /// `own` is the cable of which the sender is end 0.
    void watch(network& in, cable_id own, instant start, node_id server) {
        if (length_ <= duration::zero()) return;
        all_.push_back(std::make_unique<one>(one{.end = start + length_, .server = server}));
        in.watch(own, *all_.back());
    }

    void on_packet(const packet_report& r) {
        if (r.what != packet_event::dropped || r.from != 0) return;
        const auto node = node_at(destination_of(r.packet.data));
        const auto parsed = parse_packet({.data = r.packet.data, .length = r.packet.data.size()});
        one* const flow = node ? find(node_id{*node}) : nullptr;
        if (flow && parsed && r.packet.sent <= flow->end) flow->log.lose(0, parsed->segment.sequence);
    }

    std::vector<trace::wire_event> take(node_id server) {
        one* const flow = find(server);
        return flow ? flow->log.take() : std::vector<trace::wire_event>();
    }

private:
    struct one {
        instant end;
        node_id server;
        wire_log log{};

        void on_packet(const packet_report& r) {
            if (r.what != packet_event::sent || r.now <= end) log.on_packet(r);
        }
    };

    one* find(node_id server) {
        for (const auto& each : all_)
            if (each->server == server) return each.get();
        return nullptr;
    }

    duration length_;
    std::vector<std::unique_ptr<one>> all_;
};

}  // namespace sluice::sim
