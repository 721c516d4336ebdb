// SPDX-License-Identifier: MIT
//
// What has been sent and not yet acknowledged, as records in two orders: by sequence number, for ACKs and SACKs, and by
// time of the last transmission, for loss detection by time (RFC 8985). A record is one burst: consecutive octets that
// left at one instant, in one state; what the peer has reported to have (RFC 2018) becomes one record a run. It also
// keeps the pipe: how many octets are thought to be in the network (RFC 6675 section 2). Every operation costs what it
// changes, never what is in flight.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <optional>
#include <utility>

#include <sluice/tcb/in_flight_record.hpp>

namespace sluice {

/// Records is an array of records, a std::array or one that grows (base/pool_array.hpp); which, the buffers policy
/// says.
template <class Records>
class in_flight {
public:
    constexpr in_flight() { clear(); }

    constexpr bool empty() const { return sequence_order_.empty(); }
    constexpr bool full() const { return in_use_ == records_.size(); }
    /// Room for `spare` records more, where the store can grow and the pool has memory for it. False: not even for one.
    constexpr bool provide(auto& pool, std::uint32_t spare) {
        if constexpr (requires { records_.grow(pool, spare); })
            records_.grow(pool, in_use_ + spare);
        return !full();
    }
    /// What has grown is given back once nothing is in flight.
    constexpr void rest(auto& pool) {
        if constexpr (requires { records_.give_back(pool); }) {
            if (!empty()) return;
            records_.give_back(pool);
            unused_ = no_index;
            fresh_ = 0;
        }
    }

    /// No room for another burst: the last record is kept back, so that what is lost can be cut from a burst (see
    /// split).
    constexpr bool crowded() const { return full() || (in_use_ > 0 && in_use_ + 1 >= records_.size()); }
    constexpr std::uint32_t pipe() const { return pipe_; }
    /// All that was ever marked lost; the difference of two readings is what counts.
    constexpr std::uint32_t lost_octets() const { return lost_octets_; }
    /// Of it, what has not left again.
    constexpr std::uint32_t lost_now() const { return lost_now_; }
    constexpr std::uint32_t sacked_octets() const { return sacked_octets_; }

    constexpr list_index first() const { return sequence_order_.front(); }
    constexpr list_index last() const { return sequence_order_.back(); }
    constexpr list_index after(list_index i) const { return records_[i].by_sequence.after; }
    /// The transmission that is longest ago and still in the network, and the one after.
    constexpr list_index oldest() const { return time_order_.front(); }
    constexpr list_index sent_after(list_index i) const { return records_[i].by_time.after; }
    constexpr const in_flight_record& operator[](list_index i) const { return records_[i]; }
    /// Its last number is our FIN, which takes no room in a segment.
    constexpr bool ends_in_fin(list_index i) const { return has_fin_ && i == last(); }
    /// What of the pipe is no octet in the network.
    constexpr std::uint32_t fin_in_pipe() const {
        if (!has_fin_ || empty()) return 0;
        const in_flight_record& r = records_[last()];
        return r.lost || r.sacked ? 0 : r.in_pipe(1);
    }

    constexpr void clear() {
        sequence_order_ = {};
        time_order_ = {};
        unused_ = next_lost_ = unjudged_ = doubtful_ = highest_sacked_ = near_ = no_index;
        fresh_ = in_use_ = 0;
        pipe_ = lost_now_ = sacked_octets_ = 0;
        has_fin_ = false;
        arrivals_ = {};
        furthest_.reset();
        above_ = {};
    }

    /// Octets that leave now from `begin` on belong to the last burst.
    constexpr bool joins(seq begin, instant now) const {
        if (empty()) return false;
        const in_flight_record& burst = records_[last()];
        return burst.end == begin && burst.sent == now && burst.transmissions == 1 && !burst.lost && !burst.sacked;
    }

    /// New octets leave. Needs room (see full) unless they join the last burst, which a SYN never does: it is never
    /// sent again in one segment with what follows it.
    constexpr void send(seq begin, seq end, instant now, bool may_join, bool fin = false) {
        pipe_ += end - begin;
        has_fin_ = fin;
        if (may_join && joins(begin, now)) {
            records_[last()].end = end;
            return;
        }
        const list_index i = take();
        records_[i] = {.begin = begin, .end = end, .sent = now, .by_sequence = {}, .by_time = {}, .transmissions = 1};
        sequence_order_.push_back(records_, i);
        time_order_.push_back(records_, i);
        if (unjudged_ == no_index) unjudged_ = i;
    }

    /// A lost record leaves again and becomes the newest transmission.
    constexpr void resend(list_index i, instant now) {
        in_flight_record& r = records_[i];
        if (r.lost) {
            r.lost = false;
            lost_now_ -= r.length();
            pipe_ += r.in_pipe(r.length());
            time_order_.push_back(records_, i);
        } else if (!r.sacked) {
            time_order_.remove(records_, i);
            time_order_.push_back(records_, i);
        }
        if (r.transmissions < 255) ++r.transmissions;
        r.again = !r.put_back;
        r.put_back = false;
        r.sent = now;
    }

    /// Cuts a record in two; `i` keeps the front. False when there is no record left for the rear.
    constexpr bool split(list_index i, seq at) {
        assert(i < records_.size() && records_[i].begin < at && at < records_[i].end);
        if (full()) return false;
        const list_index rear = take();
        records_[rear] = records_[i];
        records_[rear].begin = records_[i].end = at;
        sequence_order_.insert_after(records_, i, rear);
        if (is_timed(records_[i])) time_order_.insert_after(records_, i, rear);
        return true;
    }

    /// Cuts what comes behind its first `most` octets off.
    constexpr void cut_to_segment(list_index i, std::uint32_t most) {
        if (records_[i].length() > most + ends_in_fin(i)) split(i, records_[i].begin + most);
    }

    constexpr void mark_lost(list_index i) {
        in_flight_record& r = records_[i];
        if (r.lost || r.sacked) return;
        pipe_ -= r.in_pipe(r.length());
        time_order_.remove(records_, i);
        r.lost = true;
        r.twice = false;
        if (lost_now_ == 0 || r.begin < records_[next_lost_].begin) next_lost_ = i;
        lost_now_ += r.length();
        lost_octets_ += r.length();
    }

    constexpr void mark_all_lost() {
        for (list_index i = first(); i != no_index; i = after(i)) mark_lost(i);
    }

    /// All of it leaves again as if for the first time: no congestion has taken it.
    constexpr void put_back_all() { put_back_longer(0); }

    /// The same, of what left in a burst of more than `most` octets: its packets may have been too big. And of what
    /// holds `surely`, as it was. False: nothing.
    constexpr bool put_back_longer(std::uint32_t most, std::optional<seq> surely = {}) {
        bool any = false;
        above_ = {};
        for (list_index i = first(); i != no_index; i = after(i)) {
            in_flight_record& r = records_[i];
            if (r.sacked) {
                above_.octets += r.length();
                ++above_.runs;
            } else if (r.length() > most || (surely && r.begin <= *surely && *surely < r.end)) {
                mark_lost(i);
                any = r.put_back = true;
            }
        }
        unjudged_ = first();
        doubtful_ = no_index;
        return any;
    }

    /// The lost record with the lowest sequence number. The search goes on where it ended last, and only while there is
    /// one: or each loss would cost a walk to the end of the flight.
    constexpr list_index next_lost() {
        if (lost_now_ == 0) return no_index;
        while (!records_[next_lost_].lost) next_lost_ = after(next_lost_);
        return next_lost_;
    }

    struct acknowledged {
        std::uint32_t octets = 0;
        std::uint32_t sacked = 0;       // of these, what had been reported before
        std::uint32_t retransmitted = 0;  // of the rest, what was sent more than once: no sample (Karn, MUST-18)
        std::optional<instant> sent{};  // when the newest of the rest left
    };

    /// Forgets everything below SEG.ACK.
    constexpr acknowledged acknowledge(seq ack) {
        acknowledged out;
        while (!empty() && records_[first()].begin < ack) {
            const list_index i = first();
            in_flight_record& r = records_[i];
            const std::uint32_t gone = earlier(r.end, ack) - r.begin;
            out.octets += gone;
            if (!r.sacked) note_arrival(r, earlier(r.end, ack));
            if (r.sacked) {
                out.sacked += gone;
                sacked_octets_ -= gone;
                if (unjudged_ == i) above_.octets -= gone;
            } else {
                if (r.transmissions > 1) out.retransmitted += gone;
                if (!out.sent || *out.sent < r.sent) out.sent = r.sent;
                discount(r, gone);
            }
            if (gone < r.length()) {
                r.begin += gone;
                break;
            }
            if (r.sacked && unjudged_ == i) --above_.runs;
            release(i, after(i));
        }
        return out;
    }

    /// Of what has arrived since this was asked last: the newest transmission (RFC 8985 section 6.2 step 2), and
    /// whether something that was sent once arrived behind what was sent after it (step 3).
    struct arrivals {
        instant sent = long_ago;
        seq end{};
        bool again = false;
        bool reordered = false;
    };
    constexpr arrivals take_arrivals() { return std::exchange(arrivals_, {}); }

    // ---- what the peer reports to have ------------------------------------------------------------------------------

    struct sacked {
        std::uint32_t octets = 0;  // that were not known to have arrived
        bool complete = true;      // nothing of it had to be passed over
    };

    /// [begin, end) has arrived. Of a record that can't be cut, for want of another one, nothing is believed: a SACK is
    /// advice.
    constexpr sacked mark_sacked(seq begin, seq end) {
        sacked out;
        list_index i = find(begin);
        out.complete = i != no_index;
        while (i != no_index && records_[i].begin < end) {
            if (!records_[i].sacked) {
                if (records_[i].begin < begin) {
                    const list_index front = i;
                    i = after(i);
                    if (!split(front, begin)) {
                        out.complete = false;
                        continue;
                    }
                    i = after(front);
                }
                if (end < records_[i].end && !split(i, end)) {
                    out.complete = false;
                    break;
                }
                out.octets += records_[i].length();
                i = take_sacked(i);
            }
            if (i != highest_sacked_) near_ = i;
            i = after(i);
        }
        return out;
    }

    /// The end of what has been reported; only while sacked_octets() is not 0.
    constexpr seq highest_sacked() const { return records_[highest_sacked_].end; }
    /// The peer has reported what now is the oldest unacknowledged octet, yet it does not acknowledge it (N31).
    constexpr bool reneged() const { return !empty() && records_[first()].sacked; }

    /// The peer may have thrown away what it reported (RFC 2018 section 8): nothing of it counts any more, and all of
    /// it is to leave again. Until then it counts as sent with the newest, which keeps the order of time.
    constexpr void forget_sacked() {
        for (list_index i = first(); i != no_index; i = after(i)) {
            in_flight_record& r = records_[i];
            if (!r.sacked) continue;
            r.sacked = false;
            pipe_ += r.length();
            if (!time_order_.empty()) r.sent = std::max(r.sent, records_[time_order_.back()].sent);
            time_order_.push_back(records_, i);
        }
        sacked_octets_ = 0;
        above_ = {};
        unjudged_ = first();
        doubtful_ = highest_sacked_ = no_index;
    }

    /// IsLost of RFC 6675 section 4: marks lost what has more than `most`, or `runs` separate runs, reported above it.
    /// Each record is judged once; what was sent again is left to the timer.
    constexpr void mark_lost_below_sacked(std::uint32_t most, std::uint32_t runs, std::optional<seq> below = {}) {
        while (unjudged_ != no_index && (above_.octets > most || above_.runs >= runs) &&
               (!below || records_[unjudged_].begin < *below))
            judge();
    }

    /// The lowest record which that rule has not reached, up to `most` octets of it, if anything above it was reported:
    /// it is to leave again although it may not be lost.
    constexpr bool mark_next_doubtful(std::uint32_t most) {
        list_index i = doubtful_ == no_index || is_judged(doubtful_) ? unjudged_ : after(doubtful_);
        for (; i != no_index && sacked_octets_ > 0 && records_[i].begin < highest_sacked(); i = after(i)) {
            doubtful_ = i;
            in_flight_record& r = records_[i];
            if (r.sacked || r.lost || r.again) continue;
            cut_to_segment(i, most);
            mark_lost(i);
            return r.twice = true;
        }
        return false;
    }

    /// The last segment in flight that the peer has not reported, of `most` octets; the rest of its burst is cut off.
    constexpr list_index last_segment(std::uint32_t most) {
        list_index i = last();
        while (i != no_index && records_[i].sacked) i = records_[i].by_sequence.before;
        if (i == no_index) return i;
        most += ends_in_fin(i);
        return records_[i].length() > most && split(i, records_[i].end - most) ? after(i) : i;
    }
    /// It leaves once more, though nothing says that it is lost: both count.
    constexpr void repeat(list_index i, instant now) {
        in_flight_record& r = records_[i];
        if (!r.lost && !r.twice) {
            pipe_ += r.length();
            r.twice = true;
        }
        resend(i, now);
    }

    /// The last octets in flight which the peer has not reported, up to `most`, unless they have been sent again
    /// already.
    constexpr bool mark_last_lost(std::uint32_t most) {
        const list_index i = last_segment(most);
        if (i == no_index || records_[i].lost || records_[i].again) return false;
        mark_lost(i);
        return true;
    }

private:
    /// Far from where SACKs were last, one is not looked for: no peer can make us walk the whole flight for each ACK.
    /// Where the walk ended is where the next one begins.
    static constexpr int longest_walk = 1024;

    /// The record that holds `at`, or the first one behind it. Reports are about the end of what was reported, or near
    /// the last one that was not: what is sent again arrives in between what is new.
    constexpr list_index find(seq at) {
        list_index i = near_ != no_index ? near_ : first();
        if (highest_sacked_ != no_index && records_[i].begin < records_[highest_sacked_].begin &&
            records_[highest_sacked_].begin <= at)
            i = highest_sacked_;
        int steps = 0;
        for (; i != no_index && records_[i].end <= at; i = after(i))
            if (++steps > longest_walk) return give_up(i);
        for (; i != no_index && at < records_[i].begin && records_[i].by_sequence.before != no_index &&
               at < records_[records_[i].by_sequence.before].end;
             i = records_[i].by_sequence.before)
            if (++steps > longest_walk) return give_up(i);
        return i;
    }
    constexpr list_index give_up(list_index i) {
        near_ = i;
        return no_index;
    }

    /// So many octets of it have arrived.
    constexpr void discount(const in_flight_record& r, std::uint32_t length) {
        (r.lost ? lost_now_ : pipe_) -= r.lost ? length : r.in_pipe(length);
    }

    static constexpr bool is_timed(const in_flight_record& r) { return !r.sacked && !r.lost; }

    constexpr void note_arrival(const in_flight_record& r, seq end) {
        if (furthest_ && end < *furthest_) {
            if (r.transmissions == 1) arrivals_.reordered = true;
        } else {
            furthest_ = end;
        }
        const bool is_newer = arrivals_.sent < r.sent || (arrivals_.sent == r.sent && arrivals_.end < end);
        if (is_newer) {
            arrivals_.sent = r.sent;
            arrivals_.end = end;
            arrivals_.again = r.transmissions > 1;
        }
    }

    constexpr bool is_judged(list_index i) const {
        return unjudged_ == no_index || records_[i].begin < records_[unjudged_].begin;
    }

    /// Passes one record.
    constexpr void judge() {
        const list_index i = unjudged_;
        in_flight_record& r = records_[i];
        unjudged_ = after(i);
        if (r.sacked) {
            above_.octets -= r.length();
            --above_.runs;
        } else if (r.twice) {  // lost now, so only what has left again is in the network
            if (!r.lost) pipe_ -= r.length();
            r.twice = false;
        } else if (!r.again) {
            mark_lost(i);
        }
    }

    /// Makes a run of it, or a part of the run before or behind it. Returns the run.
    constexpr list_index take_sacked(list_index i) {
        in_flight_record& r = records_[i];
        note_arrival(r, r.end);
        discount(r, r.length());
        if (!r.lost) time_order_.remove(records_, i);
        r.lost = r.twice = false;
        r.sacked = true;
        sacked_octets_ += r.length();
        if (!is_judged(i)) {
            above_.octets += r.length();
            ++above_.runs;
        }
        if (highest_sacked_ == no_index || records_[highest_sacked_].begin < r.begin) highest_sacked_ = i;
        const list_index before = r.by_sequence.before, behind = after(i);
        if (behind != no_index && records_[behind].sacked) join(i, behind);
        if (before == no_index || !records_[before].sacked) return i;
        join(before, i);
        return before;
    }

    /// Two runs that touch become one, the front one.
    constexpr void join(list_index front, list_index rear) {
        if (!is_judged(rear)) {
            --above_.runs;
            if (is_judged(front))
                above_.octets -= records_[rear].length();  // for what is above, it is not above any more
        }
        records_[front].end = records_[rear].end;
        if (highest_sacked_ == rear) highest_sacked_ = front;
        release(rear, front);
    }

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

    /// Those who look at it look at `instead`.
    constexpr void release(list_index i, list_index instead) {
        if (next_lost_ == i) next_lost_ = after(i);
        if (unjudged_ == i) unjudged_ = after(i);
        if (doubtful_ == i) doubtful_ = records_[i].by_sequence.before;
        if (near_ == i) near_ = instead;
        if (highest_sacked_ == i) highest_sacked_ = no_index;
        if (is_timed(records_[i])) time_order_.remove(records_, i);
        sequence_order_.remove(records_, i);
        records_[i].by_sequence.after = unused_;
        unused_ = i;
        --in_use_;
    }

    [[no_unique_address]] Records records_{};  // what follows begins in its padding, if it has any
    index_list<&in_flight_record::by_sequence> sequence_order_;
    index_list<&in_flight_record::by_time> time_order_;
    list_index unused_;       // records given back, linked by their sequence links
    list_index fresh_;        // records from here on were never used
    std::uint32_t in_use_;
    list_index next_lost_;
    std::uint32_t pipe_;
    std::uint32_t lost_now_;  // octets
    std::uint32_t lost_octets_ = 0;
    std::uint32_t sacked_octets_;

    // IsLost goes up through the records once: from here on none has been judged, and this much is reported there.
    list_index unjudged_;
    struct {
        std::uint32_t octets = 0;
        std::uint32_t runs = 0;
    } above_;
    list_index doubtful_;  // up to here none is left to send again that is not lost (NextSeg's rule 3)
    list_index highest_sacked_;
    list_index near_;              // where the last report was that was not about the highest
    std::optional<seq> furthest_;  // of all that has arrived
    bool has_fin_;
    arrivals arrivals_;
};

}  // namespace sluice
