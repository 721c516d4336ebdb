// SPDX-License-Identifier: MIT
//
// Vegas (Brakmo, O'Malley, Peterson, 1994): a round trip that is longer than the shortest one tells how many octets
// wait in queues, and the window keeps that between alpha and beta segments. A loss is answered as Reno does.
#pragma once

#include <algorithm>

#include <sluice/policy/congestion/reno.hpp>

namespace sluice {

struct vegas {
    using slot = congestion_slot;
    static constexpr std::string_view name = "vegas";
    static constexpr congestion_signals responds_to = congestion_signal::loss | congestion_signal::delay;

    std::uint32_t alpha = 2;  // segments that wait at least
    std::uint32_t beta = 4;   // and at most
    std::uint32_t gamma = 1;  // in slow start: more end it
    std::uint32_t fewest_samples = 3;  // in a round, or it tells nothing: one may be of a delayed ACK
    reno like_reno{};         // for what no round trip tells; the window is its window

    duration base_ = duration::max();   // the shortest round trip there was
    duration round_ = duration::max();  // and of this round
    std::uint32_t samples_ = 0;
    bool grows_ = true;  // slow start doubles in every other round, so that each is measured once

    constexpr std::uint32_t window() const { return like_reno.window(); }
    constexpr std::uint32_t ssthresh() const { return like_reno.ssthresh(); }

    constexpr std::uint64_t pacing_rate() const { return like_reno.pacing_rate(); }
    constexpr std::uint32_t pacing_burst() const { return like_reno.pacing_burst(); }

    constexpr void on_start(const start_report& r) { like_reno.on_start(r); }

    constexpr void on_ack(const ack_report& r) {
        if (r.rtt) {
            base_ = std::min(base_, *r.rtt);
            round_ = std::min(round_, *r.rtt);
            ++samples_;
        }
        const bool too_small = is_too_small_to_tell();
        if (r.round_start) {
            const bool tells = samples_ >= fewest_samples && !r.in_recovery && r.cwnd_limited;
            if (tells) judge_round();
            else if (too_small) like_reno.on_ack(r);
            round_ = duration::max();
            samples_ = 0;
        }
        if (in_slow_start() && grows_ && !too_small) like_reno.on_ack(r);
        else if (!(r.round_start && too_small)) like_reno.validation.on_ack(r, window());
    }

    constexpr void on_congestion(const congestion_report& r) { like_reno.on_congestion(r); }
    constexpr void on_rto(const rto_report& r) { like_reno.on_rto(r); }
    constexpr void on_undo(const undo_report& r) { like_reno.on_undo(r); }
    constexpr void on_idle(const idle_report& r) { like_reno.on_idle(r); }
    constexpr void on_mss(std::uint32_t mss) { like_reno.on_mss(mss); }

    constexpr congestion_snapshot snapshot() const {
        congestion_snapshot out = like_reno.snapshot();
        if (base_ != duration::max()) out.min_rtt = base_;
        return out;
    }
    constexpr void restore(const congestion_snapshot& s) {
        like_reno.restore(s);
        base_ = s.min_rtt.value_or(duration::max());
        round_ = duration::max();
        samples_ = 0;
        grows_ = true;
    }

    /// What waits in queues: the window less what the path holds, W · (1 − base / rtt).
    constexpr std::uint32_t queued(duration rtt) const {
        const auto longer = static_cast<std::uint64_t>((rtt - base_) / 1us),
                   all = static_cast<std::uint64_t>(rtt / 1us);
        return all == 0 ? 0 : static_cast<std::uint32_t>(window() * longer / all);
    }

private:
    constexpr bool in_slow_start() const { return window() < ssthresh(); }
    /// It would never bring samples enough, as one ACK is for two segments: as Reno until it does.
    constexpr bool is_too_small_to_tell() const { return window() < 2 * fewest_samples * like_reno.mss_; }

    constexpr void judge_round() {
        const std::uint32_t mss = like_reno.mss_, waiting = queued(round_);
        if (in_slow_start()) {
            grows_ = !grows_;
            if (waiting <= gamma * mss) return;
            like_reno.cwnd_ = std::max(window() - waiting + mss, 2 * mss);
            like_reno.ssthresh_ = window();
        } else if (waiting > beta * mss) {
            like_reno.cwnd_ = std::max(window() - mss, 2 * mss);
            like_reno.ssthresh_ = std::min(ssthresh(), window());
        } else if (waiting < alpha * mss) {
            like_reno.cwnd_ = std::min(window() + mss, largest_window);
        }
    }
};

}  // namespace sluice
