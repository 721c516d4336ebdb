// SPDX-License-Identifier: MIT
//
// How large a receive buffer should be, for a reader who keeps up: once per round trip, as the receiver can tell it,
// twice what the application took in that round, and a little for a path that is just being filled. A sender in slow
// start doubles what it sends per round, so twice keeps ahead of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <sluice/tcb/timestamps.hpp>

namespace sluice {

class receive_tuning {
public:
    /// Text has come in order. What lies beyond the edge that was told when the round began has been sent since: this
    /// measures where timestamps don't. A slow reader makes it too long: only less than before counts.
    constexpr void on_text(instant now, seq nxt, seq edge) {
        const bool measuring = measured_since_ != never;
        if (measuring && nxt <= measured_end_) return;
        if (measuring && (!is_known() || now - measured_since_ < round_trip_)) learn(now - measured_since_);
        measured_since_ = now;
        measured_end_ = edge;
    }

    /// A timestamp came back that had not come back before. It tells no less than its tick.
    constexpr void on_echo(std::uint32_t echo, std::optional<duration> round_trip) {
        if (!round_trip || echo == last_echo_) return;
        last_echo_ = echo;
        learn(std::max(*round_trip, timestamps::tick));
    }

    /// What is wanted now; nothing while the round lasts.
    constexpr std::optional<std::size_t> on_read(instant now, std::size_t taken, std::uint32_t mss) {
        taken_ += taken;
        if (!is_known() || now - round_began_ < round_trip_) return {};
        round_began_ = now;
        return 2 * std::exchange(taken_, 0) + std::size_t{16} * mss;
    }

    constexpr duration round_trip() const { return round_trip_; }

private:
    constexpr bool is_known() const { return round_trip_ != duration::zero(); }

    /// A pause of the sender's makes a sample too long, nothing makes it too short: less counts at once, more slowly.
    constexpr void learn(duration sample) {
        sample = std::max(sample, duration(1us));
        if (!is_known() || sample < round_trip_)
            round_trip_ = sample;
        else
            round_trip_ += (sample - round_trip_) / 8;
    }

    duration round_trip_{};
    instant round_began_{};
    instant measured_since_ = never;
    std::size_t taken_ = 0;
    seq measured_end_{};
    std::uint32_t last_echo_ = 0;
};

}  // namespace sluice
