// SPDX-License-Identifier: MIT
//
// Was it congestion at all? After an episode or a timeout, what comes back may show that nothing had been lost: ACKs
// that echo timestamps from before the first octet left again (Eifel, RFC 3522), or a D-SACK for each octet that did
// (RFC 3708). A part of recovery policies, which answer with recovery_step::needless. Without timestamps, what a
// timeout was is found out by F-RTO (frto.hpp).
#pragma once

#include <cstdint>
#include <optional>

#include <sluice/policy/reports.hpp>

namespace sluice {

struct undo {
    bool by_timestamps = true;
    bool by_duplicates = true;

    bool in_doubt_ = false;
    reduction of_ = reduction::none;
    bool delayed_ = true;              // each ACK of something that left again was of its first time so far
    std::optional<instant> first_{};   // when the first octet left again
    seq begin_{};                      // what was in flight when the window was reduced
    seq end_{};
    seq again_end_{};                  // up to here it has left again, so many octets
    std::uint32_t again_ = 0;          // of which no second arrival has been told

    /// The window is about to be reduced.
    constexpr void begin(seq una, seq nxt, reduction of) {
        *this = {.by_timestamps = by_timestamps, .by_duplicates = by_duplicates};
        in_doubt_ = true;
        of_ = of;
        begin_ = again_end_ = una;
        end_ = nxt;
    }

    constexpr void on_sent(const recovery_sent_report& r) {
        if (!in_doubt_ || !(r.begin < end_)) return;
        if (r.why != transmission::retransmission && r.why != transmission::forced_retransmission) return;
        if (!first_) first_ = r.now;
        again_end_ = later(again_end_, r.begin + r.length);
        again_ += r.length;
    }

    /// True once: it was not. `holes`: something is thought lost, and has not left again.
    constexpr bool on_ack(const recovery_ack_report& r, bool holes) {
        if (!in_doubt_ || !first_) return false;
        if (r.newly_acked > 0) {
            // RFC 3522 step 4, but of all that left again: the first hole may be late, and the next one real.
            if (r.acked_again) delayed_ = delayed_ && knows_at_once(r) && *r.echo_before <= *first_;
            if (by_timestamps && delayed_ && !holes && r.ack >= again_end_) return settle();
            if (end_ < r.ack && r.ack - end_ > stale) in_doubt_ = false;
        }
        if (by_duplicates && r.arrived_twice && begin_ <= r.arrived_twice->begin && r.arrived_twice->end <= end_) {
            const std::uint32_t length = r.arrived_twice->end - r.arrived_twice->begin;
            again_ -= again_ < length ? again_ : length;
            if (again_ == 0) return settle();
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
