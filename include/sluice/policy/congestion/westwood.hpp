// SPDX-License-Identifier: MIT
//
// Westwood+ (Grieco, Mascolo, 2004): Reno, but what a loss leaves is not half of the window, but what the path was seen
// to carry: the rate at which octets arrived, times the shortest round trip. Losses by mere chance cost it little.
#pragma once

#include <algorithm>

#include <sluice/policy/congestion/reno.hpp>

namespace sluice {

struct westwood {
    using slot = congestion_slot;
    static constexpr std::string_view name = "westwood";

    duration shortest_interval = 50ms;  // of a sample, and a round trip at least
    reno like_reno{};                   // for all but that; the window is its window

    duration min_rtt_ = duration::max();
    instant began_{};             // the interval
    std::uint64_t arrived_ = 0;   // octets in it
    std::uint64_t bandwidth_ = 0;  // octets a second, smoothed: 7/8 of the last, 1/8 of the new
    bool measures_ = false;

    constexpr std::uint32_t window() const { return like_reno.window(); }
    constexpr std::uint32_t ssthresh() const { return like_reno.ssthresh(); }

    constexpr std::uint64_t pacing_rate() const { return like_reno.pacing_rate(); }
    constexpr std::uint32_t pacing_burst() const { return like_reno.pacing_burst(); }

    constexpr void on_start(const start_report& r) { like_reno.on_start(r); }

    constexpr void on_ack(const ack_report& r) {
        measure(r);
        like_reno.on_ack(r);
    }

    constexpr void on_congestion(const congestion_report& r) {
        like_reno.on_congestion(r);
        like_reno.ssthresh_ = pipe_of_path();
        like_reno.cwnd_ = std::min(like_reno.cwnd_before_, like_reno.ssthresh_);  // it may carry more than that
    }
    constexpr void on_rto(const rto_report& r) {
        like_reno.on_rto(r);
        if (r.first) like_reno.ssthresh_ = pipe_of_path();
    }
    constexpr void on_undo(const undo_report& r) { like_reno.on_undo(r); }
    constexpr void on_idle(const idle_report& r) { like_reno.on_idle(r); }
    constexpr void on_mss(std::uint32_t mss) { like_reno.on_mss(mss); }

    constexpr congestion_snapshot snapshot() const {
        congestion_snapshot out = like_reno.snapshot();
        if (min_rtt_ != duration::max()) out.min_rtt = min_rtt_;
        return out;
    }
    constexpr void restore(const congestion_snapshot& s) {
        like_reno.restore(s);
        min_rtt_ = s.min_rtt.value_or(duration::max());
        bandwidth_ = arrived_ = 0;
        measures_ = false;
    }

    /// Bandwidth × shortest round trip; Reno's half until both are known.
    constexpr std::uint32_t pipe_of_path() const {
        if (bandwidth_ == 0 || min_rtt_ == duration::max()) return ssthresh();
        const auto microseconds = static_cast<std::uint64_t>(min_rtt_ / 1us);
        const std::uint64_t carried =
            std::min(bandwidth_, most_bandwidth) * std::min<std::uint64_t>(microseconds, 1u << 30) / 1'000'000;
        return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(carried, 2 * like_reno.mss_, largest_window));
    }

private:
    static constexpr std::uint64_t most_bandwidth = std::uint64_t{1} << 34;  // times 2^30 µs stays within 64 bits

    constexpr void measure(const ack_report& r) {
        if (r.rtt) min_rtt_ = std::min(min_rtt_, *r.rtt);
        if (!measures_) {
            measures_ = true;
            began_ = r.now;
            return;
        }
        arrived_ += r.delivered;
        const duration length = r.now - began_;
        if (length < std::max(shortest_interval, r.srtt.value_or(shortest_interval))) return;
        const std::uint64_t sample = arrived_ * 1'000'000 / static_cast<std::uint64_t>(length / 1us);
        bandwidth_ = bandwidth_ == 0 ? sample : (7 * bandwidth_ + sample) / 8;
        began_ = r.now;
        arrived_ = 0;
    }
};

}  // namespace sluice
