// SPDX-License-Identifier: MIT
//
// Random early detection (Floyd and Jacobson 1993) with the gentle mode of 2000 and the marks of RFC 3168: what arrives
// while the average queue is between two thresholds is marked, or dropped where it is not ECN-capable, with a
// probability that rises with the average; the number of packets from one mark to the next is even over 1 … 1/p. From
// the upper threshold on packets are dropped, ECN-capable or not (RFC 3168 section 7).
#pragma once

#include <cassert>
#include <cstdint>

#include <sluice/sim/fraction.hpp>
#include <sluice/sim/packet_fifo.hpp>
#include <sluice/sim/probability.hpp>
#include <sluice/sim/tap.hpp>

namespace sluice::sim {

/// The paper's values, section 6 and 9; max_mark as its authors advised later.
struct red_settings {
    using discipline = class red;

    std::size_t min_packets = 5, max_packets = 15;  // of the average
    probability max_mark = 0.1;                     // at the upper threshold
    unsigned weight_shift = 9;                      // a sample weighs 2^-9
    bool gentle = true;                             // drops rise from max_mark to 1 at twice the upper threshold
    bool ecn = true;
};

class red {
public:
    red(const red_settings& s, const queue_surroundings& around)
        : settings_(s), packet_time_(around.packet_time), random_(around.random), queue_(around.limits) {
        assert(s.min_packets < s.max_packets && s.weight_shift < 32);
    }

    const sim::backlog& backlog() const { return queue_.backlog(); }
    /// In packets, times 2^32.
    std::uint64_t average() const { return average_; }

    void push(packet_store& store, list_index i, const arrival& at, auto&& fates) {
        sample(at);
        if (!queue_.takes(store[i], at)) return fates.drop(i, drop_cause::queue_full);
        const bool is_hit = strikes(), may_mark = settings_.ecn && average_ < in_2_to_32(settings_.max_packets);
        if (is_hit && !(may_mark && fates.mark(i))) return fates.drop(i, drop_cause::aqm);
        queue_.append(store, i);
    }

    list_index pop(packet_store& store, instant now, auto&&) {
        if (backlog().empty()) idle_since_ = now;
        return queue_.take(store);
    }

private:
    static std::uint64_t in_2_to_32(std::size_t packets) { return std::uint64_t{packets} << 32; }

    /// While the link was idle, it could have sent so many packets that would each have found an empty queue.
    void sample(const arrival& at) {
        if (at.must_wait) {
            const auto difference = static_cast<std::int64_t>(in_2_to_32(backlog().packets) - average_);
            average_ += static_cast<std::uint64_t>(difference >> settings_.weight_shift);
        } else if (packet_time_ > duration::zero()) {
            const auto missed = static_cast<std::uint64_t>((at.now - idle_since_) / packet_time_);
            average_ = scaled(average_, power(one_in_2_to_32 - (one_in_2_to_32 >> settings_.weight_shift), missed));
        }
    }

    /// The paper's p_b, in 2^-32; from one on it is certain.
    std::uint64_t chance() const {
        const std::uint64_t min = in_2_to_32(settings_.min_packets), max = in_2_to_32(settings_.max_packets);
        const std::uint64_t at_max = settings_.max_mark.in_2_to_32();
        if (average_ < min) return 0;
        if (average_ < max) return scaled((average_ - min) / (settings_.max_packets - settings_.min_packets), at_max);
        if (!settings_.gentle) return one_in_2_to_32;
        return at_max + scaled((average_ - max) / settings_.max_packets, one_in_2_to_32 - at_max);
    }

    /// With probability p_b / (1 − spared · p_b), and thus the distance even (section 7, method 2).
    bool strikes() {
        const std::uint64_t p = chance();
        if (p == 0) {
            spared_ = 0;
            return false;
        }
        const bool is_certain = spared_ >= one_in_2_to_32 / p;
        if (is_certain || scaled(random_.bits() >> 32, one_in_2_to_32 - spared_ * p) < p) {
            spared_ = 0;
            return true;
        }
        ++spared_;
        return false;
    }

    red_settings settings_;
    duration packet_time_;
    seeded_random random_;
    packet_fifo queue_;
    std::uint64_t average_ = 0;  // in packets, times 2^32
    std::uint64_t spared_ = 0;   // packets since the last mark or drop
    instant idle_since_{};
};

}  // namespace sluice::sim
