// SPDX-License-Identifier: MIT
//
// Was it congestion at all? After an episode or a timeout, what comes back may show that nothing had been lost: ACKs
// that echo timestamps from before the first octet left again (Eifel, RFC 3522), or a D-SACK for each octet that did
// (RFC 3708). A part of recovery policies, which answer with recovery_step::needless. Without timestamps, what a
// timeout was is found out by F-RTO (frto.hpp).
#pragma once

#include <algorithm>
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
    std::uint32_t twice_ = 0;          // and those whose second arrival was told
    instant first_ = never;            // the first octet left again

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
        if (by_duplicates && r.arrived_twice && begin_ <= r.arrived_twice->begin && r.arrived_twice->end <= end_) {
            twice_ += r.arrived_twice->end - r.arrived_twice->begin;
            if (!holes && twice_ >= again_) return settle();
        }
        return false;
    }

    /// The first ACK of new data tells, where timestamps are in use (RFC 3522).
    constexpr bool knows_at_once(const recovery_ack_report& r) const { return by_timestamps && r.echo_before; }

private:
    static constexpr std::uint32_t stale = std::uint32_t{1} << 29;  // or it would lie ahead again

    constexpr bool settle() {
        in_doubt_ = false;
        return true;
    }
};

}  // namespace sluice
