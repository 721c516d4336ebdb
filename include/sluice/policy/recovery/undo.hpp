// SPDX-License-Identifier: MIT
//
// Was it congestion at all? After an episode or a timeout, what comes back may show that nothing had been lost: ACKs
// that echo timestamps from before the first octet left again (Eifel, RFC 3522), or a D-SACK for each octet that did
// (RFC 3708). A part of recovery policies, which answer with recovery_step::needless. Without timestamps, what a
// timeout was is found out by F-RTO (frto.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <sluice/policy/reports.hpp>

namespace sluice {

struct undo {
    bool by_timestamps = true;
    bool by_duplicates = true;

    bool in_doubt_ = false;
    reduction of_ = reduction::none;
    seq begin_{};                      // what was in flight when the window was reduced
    seq end_{};
    std::uint32_t again_ = 0;          // octets that left again
    std::uint32_t late_ = 0;           // of them, those that an ACK has shown to have arrived the first time
    instant first_ = never;            // the first octet left again
    // What left again, and whose second arrival was not told. More runs, or one twice, and D-SACKs tell nothing.
    static constexpr std::size_t most_runs = 4;
    std::array<sack_block, most_runs> runs_{};
    std::uint8_t run_count_ = 0;
    bool runs_tell_ = true;

    /// The window is about to be reduced.
    constexpr void begin(seq una, seq nxt, reduction of) {
        *this = {.by_timestamps = by_timestamps, .by_duplicates = by_duplicates};
        in_doubt_ = true;
        of_ = of;
        begin_ = una;
        end_ = nxt;
    }

    constexpr void on_sent(const recovery_sent_report& r) {
        if (!in_doubt_ || !(r.begin < end_)) return;
        if (r.why != transmission::retransmission && r.why != transmission::forced_retransmission) return;
        first_ = std::min(first_, r.now);
        again_ += r.length;
        remember(r.begin, r.begin + r.length);
    }

    /// True once: it was not. `holes`: something is thought lost, and has not left again.
    constexpr bool on_ack(const recovery_ack_report& r, bool holes) {
        if (!in_doubt_ || first_ == never) return false;
        if (r.newly_acked > 0) {
            // RFC 3522 step 4, but of all that left again: the first hole may be late, and the next one real.
            if (knows_at_once(r) && *r.echo_before <= first_) late_ += r.acked_again;
            if (!holes && late_ > 0 && late_ >= again_) return settle();
            if (end_ < r.ack && r.ack - end_ > stale) in_doubt_ = false;
        }
        if (by_duplicates && runs_tell_ && r.arrived_twice) {
            forget(*r.arrived_twice);
            if (!holes && run_count_ == 0) return settle();
        }
        return false;
    }

    /// The first ACK of new data tells, where timestamps are in use (RFC 3522).
    constexpr bool knows_at_once(const recovery_ack_report& r) const { return by_timestamps && r.echo_before; }

private:
    static constexpr std::uint32_t stale = std::uint32_t{1} << 29;  // or it would lie ahead again

    constexpr void remember(seq begin, seq end) {
        if (!runs_tell_) return;
        for (std::size_t i = 0; i < run_count_; ++i)
            if (runs_[i].begin < end && begin < runs_[i].end) return void(runs_tell_ = false);
        if (run_count_ > 0 && runs_[run_count_ - 1u].end == begin)
            runs_[run_count_ - 1u].end = end;
        else if (run_count_ < most_runs)
            runs_[run_count_++] = {begin, end};
        else
            runs_tell_ = false;
    }
    /// RFC 3708: only what left again counts, and once. A part of a run leaves the rest of it.
    constexpr void forget(const sack_block& told) {
        for (std::size_t i = 0; i < run_count_; ++i) {
            sack_block& run = runs_[i];
            if (told.begin < run.begin || run.end < told.end) continue;
            const sack_block rear{told.end, run.end};
            run.end = told.begin;
            if (run.begin == run.end) run = rear;
            else if (rear.begin < rear.end && run_count_ < most_runs) runs_[run_count_++] = rear;
            else if (rear.begin < rear.end) runs_tell_ = false;
            if (run.begin == run.end) run = runs_[--run_count_];
            return;
        }
    }

    constexpr bool settle() {
        in_doubt_ = false;
        return true;
    }
};

}  // namespace sluice
