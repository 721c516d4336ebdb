// SPDX-License-Identifier: MIT
//
// What is measured in a world: what became of packets, how long they waited in a link's queue, and the sender's
// variables over time. Measuring changes nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <sluice/connection/control_block.hpp>
#include <sluice/sim/tap.hpp>
#include <sluice/trace/window_sample.hpp>

namespace sluice::sim {

/// A tap: what became of the packets that entered a cable at one end.
class packet_counts {
public:
    explicit packet_counts(int from) : from_(from) {}

    void on_packet(const packet_report& r) {
        if (r.from != from_) return;
        switch (r.what) {
            case packet_event::sent: ++sent; break;
            case packet_event::delivered: delivered += r.packet.is_copy ? 0 : 1; break;
            case packet_event::marked: ++marked; break;
            case packet_event::dropped: ++dropped_by_[static_cast<std::size_t>(r.why)]; break;
        }
    }

    std::uint64_t sent = 0, delivered = 0, marked = 0;

    std::uint64_t dropped(drop_cause why) const { return dropped_by_[static_cast<std::size_t>(why)]; }
    std::uint64_t dropped() const { return std::accumulate(dropped_by_.begin(), dropped_by_.end(), std::uint64_t{0}); }

private:
    int from_;
    std::array<std::uint64_t, drop_causes> dropped_by_{};
};

/// A tap: the waiting times of what one host sent and the network delivered.
class queueing_delay {
public:
    explicit queueing_delay(int from) : from_(from) {}

    void on_packet(const packet_report& r) {
        if (r.from != from_ || r.what != packet_event::delivered || r.packet.is_copy) return;
        waits_.push_back(r.packet.queued);
        sum_ += r.packet.queued;
    }

    duration mean() const { return waits_.empty() ? duration{} : sum_ / static_cast<std::int64_t>(waits_.size()); }

    /// The nearest rank: the least time within which so many percent had left the queue.
    duration percentile(unsigned percent) const {
        if (waits_.empty()) return {};
        std::vector<duration> ordered = waits_;
        const std::size_t rank = (ordered.size() * percent + 99) / 100;
        const auto at = ordered.begin() + static_cast<std::ptrdiff_t>(rank == 0 ? 0 : rank - 1);
        std::nth_element(ordered.begin(), at, ordered.end());
        return *at;
    }

private:
    int from_;
    duration sum_{};
    std::vector<duration> waits_;
};

/// The variables of one sender. What a policy does not have, an ssthresh or an SRTT, is out of sight or zero.
template <class Tcp>
trace::window_sample window_of(const control_block<Tcp>& c, instant now) {
    trace::window_sample sample{
        .at = now, .cwnd = c.congestion.window(), .ssthresh = ~std::uint32_t{0}, .pipe = c.flight.pipe()};
    if constexpr (requires { c.congestion.ssthresh(); }) sample.ssthresh = c.congestion.ssthresh();
    if constexpr (requires { c.rtt.srtt(); }) sample.srtt = c.rtt.srtt().value_or(duration::zero());
    return sample;
}

/// The same, whenever they have changed.
class window_log {
public:
    template <class Tcp>
    void look(const control_block<Tcp>& c, instant now) {
        if (!c.snd.syn_acknowledged()) return;
        const trace::window_sample sample = window_of(c, now);
        if (!samples_.empty()) {
            const trace::window_sample& last = samples_.back();
            if (last.cwnd == sample.cwnd && last.ssthresh == sample.ssthresh && last.pipe == sample.pipe &&
                last.srtt == sample.srtt)
                return;
        }
        samples_.push_back(sample);
    }

    std::vector<trace::window_sample> take() { return std::exchange(samples_, {}); }

private:
    std::vector<trace::window_sample> samples_;
};

}  // namespace sluice::sim
