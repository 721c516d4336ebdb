// SPDX-License-Identifier: MIT
//
// What has been sent and not yet acknowledged, as records in two orders: by sequence number, for ACKs, and by time of the
// last transmission, for loss detection by time (RFC 8985). A record is one burst: consecutive octets that left at one
// instant, in one state. It also keeps the pipe: how many octets are thought to be in the network (RFC 6675 section 2).
// Every operation costs what it changes, never what is in flight.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>

#include <sluice/base/index_list.hpp>
#include <sluice/base/time.hpp>
#include <sluice/wire/seq.hpp>

namespace sluice {

struct in_flight_record {
    seq begin;
    seq end;
    instant sent;  // last transmission
    list_link by_sequence;
    list_link by_time;
    std::uint8_t transmissions = 0;
    bool lost = false;  // thought to have left the network without arriving, and not sent again since

    constexpr std::uint32_t length() const { return end - begin; }
};
static_assert(sizeof(in_flight_record) <= 64);

/// Records is a random access store of a fixed number of records; who owns the memory is the buffers policy's choice.
template <class Records>
class in_flight {
public:
    constexpr in_flight() { clear(); }

    constexpr bool empty() const { return sequence_order_.empty(); }
    constexpr bool full() const { return in_use_ == records_.size(); }
    /// No room for another burst: the last record is kept back, so that what is lost can be cut from a burst (see split).
    constexpr bool crowded() const { return in_use_ > 0 && in_use_ + 1 >= records_.size(); }
    constexpr std::uint32_t pipe() const { return pipe_; }
    /// All that was ever marked lost; the difference of two readings is what counts.
    constexpr std::uint32_t lost_octets() const { return lost_octets_; }

    constexpr list_index first() const { return sequence_order_.front(); }
    constexpr list_index last() const { return sequence_order_.back(); }
    constexpr list_index after(list_index i) const { return records_[i].by_sequence.after; }
    /// The transmission that is longest ago, and the one after.
    constexpr list_index oldest() const { return time_order_.front(); }
    constexpr list_index sent_after(list_index i) const { return records_[i].by_time.after; }
    constexpr const in_flight_record& operator[](list_index i) const { return records_[i]; }

    constexpr void clear() {
        sequence_order_ = {};
        time_order_ = {};
        unused_ = next_lost_ = no_index;
        fresh_ = in_use_ = 0;
        pipe_ = 0;
    }

    /// Octets that leave now from `begin` on belong to the last burst.
    constexpr bool joins(seq begin, instant now) const {
        if (empty()) return false;
        const in_flight_record& burst = records_[last()];
        return burst.end == begin && burst.sent == now && burst.transmissions == 1 && !burst.lost;
    }

    /// New octets leave. Needs room (see full) unless they join the last burst, which a SYN never does: it is never sent
    /// again in one segment with what follows it.
    constexpr void send(seq begin, seq end, instant now, bool may_join) {
        pipe_ += end - begin;
        if (may_join && joins(begin, now)) {
            records_[last()].end = end;
            return;
        }
        const list_index i = take();
        records_[i] = {.begin = begin, .end = end, .sent = now, .by_sequence = {}, .by_time = {}, .transmissions = 1};
        sequence_order_.push_back(records_, i);
        time_order_.push_back(records_, i);
    }

    /// A lost record leaves again and becomes the newest transmission.
    constexpr void resend(list_index i, instant now) {
        in_flight_record& r = records_[i];
        if (r.lost) {
            r.lost = false;
            pipe_ += r.length();
        }
        if (r.transmissions < 255) ++r.transmissions;
        r.sent = now;
        time_order_.remove(records_, i);
        time_order_.push_back(records_, i);
    }

    /// Cuts a record in two; `i` keeps the front. False when there is no record left for the rear.
    constexpr bool split(list_index i, seq at) {
        assert(records_[i].begin < at && at < records_[i].end);
        if (full()) return false;
        const list_index rear = take();
        records_[rear] = records_[i];
        records_[rear].begin = records_[i].end = at;
        sequence_order_.insert_after(records_, i, rear);
        time_order_.insert_after(records_, i, rear);
        return true;
    }

    constexpr void mark_lost(list_index i) {
        in_flight_record& r = records_[i];
        if (r.lost) return;
        r.lost = true;
        pipe_ -= r.length();
        lost_octets_ += r.length();
        if (next_lost_ == no_index || r.begin < records_[next_lost_].begin) next_lost_ = i;
    }

    constexpr void mark_all_lost() {
        for (list_index i = first(); i != no_index; i = after(i)) mark_lost(i);
    }

    /// The lost record with the lowest sequence number. The search goes on where it ended last.
    constexpr list_index next_lost() {
        while (next_lost_ != no_index && !records_[next_lost_].lost) next_lost_ = after(next_lost_);
        return next_lost_;
    }

    struct acknowledged {
        std::uint32_t octets = 0;
        bool retransmitted = false;     // some of it was sent more than once: no sample (Karn, MUST-18)
        std::optional<instant> sent;    // when the newest of it left
    };

    /// Forgets everything below SEG.ACK.
    constexpr acknowledged acknowledge(seq ack) {
        acknowledged out;
        while (!empty() && records_[first()].begin < ack) {
            const list_index i = first();
            in_flight_record& r = records_[i];
            const std::uint32_t gone = earlier(r.end, ack) - r.begin;
            out.octets += gone;
            out.retransmitted |= r.transmissions > 1;
            if (!out.sent || *out.sent < r.sent) out.sent = r.sent;
            if (!r.lost) pipe_ -= gone;
            if (gone < r.length()) {
                r.begin += gone;
                break;
            }
            release(i);
        }
        return out;
    }

private:
    constexpr list_index take() {
        ++in_use_;
        if (unused_ == no_index) {
            assert(fresh_ < records_.size());
            return fresh_++;
        }
        const list_index i = unused_;
        unused_ = records_[i].by_sequence.after;
        return i;
    }

    constexpr void release(list_index i) {
        if (next_lost_ == i) next_lost_ = after(i);
        sequence_order_.remove(records_, i);
        time_order_.remove(records_, i);
        records_[i].by_sequence.after = unused_;
        unused_ = i;
        --in_use_;
    }

    Records records_{};
    index_list<&in_flight_record::by_sequence> sequence_order_;
    index_list<&in_flight_record::by_time> time_order_;
    list_index unused_;       // records given back, linked by their sequence links
    list_index fresh_;        // records from here on were never used
    std::uint32_t in_use_;
    list_index next_lost_;
    std::uint32_t pipe_;
    std::uint32_t lost_octets_ = 0;
};

}  // namespace sluice
