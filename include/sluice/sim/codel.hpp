// SPDX-License-Identifier: MIT
//
// CoDel (RFC 8289): when packets have waited longer than `target` for a whole `interval`, one is dropped, and then
// another interval / sqrt(count) after each, until the wait is below the target again. The wait is known when the link
// takes a packet, so that is when it is dropped, or marked where it is ECN-capable. The law is a part of its own, for
// FQ-CoDel has one for each of its queues.
#pragma once

#include <cassert>
#include <cstdint>

#include <sluice/sim/packet_fifo.hpp>
#include <sluice/sim/tap.hpp>

namespace sluice::sim {

/// The RFC's values, sections 4.2 to 4.4.
struct codel_settings {
    using discipline = class codel;

    duration target = 5ms;
    duration interval = 100ms;
    std::size_t mtu = 1500;  // nothing is dropped while no more octets than these wait
    bool ecn = true;
};

/// The largest integer whose square is not above `n`.
constexpr std::uint32_t square_root(std::uint64_t n) {
    std::uint64_t root = 0;
    for (int bit = 31; bit >= 0; --bit) {
        const std::uint64_t next = root | (std::uint64_t{1} << bit);
        if (next * next <= n) root = next;
    }
    return static_cast<std::uint32_t>(root);
}

/// interval / sqrt(count), to the nanosecond below.
constexpr duration codel_spacing(duration interval, std::uint32_t count) {
    const auto ns = static_cast<std::uint64_t>(interval.count());
    assert(ns >> 32 == 0 && "intervals are shorter than 4.29 s: their squares have 64 bits");
    return duration(square_root(ns * ns / count));
}

/// The state of one queue's control, and its steps as the RFC's section 5 has them.
class codel_law {
public:
    /// The packet to transmit from this queue.
    list_index pop(const codel_settings& s, packet_fifo& queue, packet_store& store, instant now, auto&& fates) {
        list_index i = take(s, queue, store, now);
        if (!may_drop_) {
            is_dropping_ = false;
            return i;
        }
        if (!is_dropping_) {
            begin(s, now);
            return strikes(s, i, fates) ? take(s, queue, store, now) : i;
        }
        while (is_dropping_ && now >= next_) {
            ++count_;
            const bool is_dropped = strikes(s, i, fates);
            if (is_dropped) i = take(s, queue, store, now);
            is_dropping_ = may_drop_;
            if (is_dropping_) next_ += codel_spacing(s.interval, count_);
            if (!is_dropped) break;
        }
        return i;
    }

private:
    /// The next packet, and whether it may be dropped: the wait has been above the target for an interval.
    list_index take(const codel_settings& s, packet_fifo& queue, packet_store& store, instant now) {
        const list_index i = queue.take(store);
        may_drop_ = false;
        if (i == no_index || now - store[i].sent < s.target || queue.backlog().octets <= s.mtu)
            above_until_ = never;
        else if (above_until_ == never)
            above_until_ = now + s.interval;
        else
            may_drop_ = now >= above_until_;
        return i;
    }

    /// Soon after the last time, the rate of drops goes on from where it was.
    void begin(const codel_settings& s, instant now) {
        const std::uint32_t reached = count_ - count_at_begin_;
        count_ = reached > 1 && now - next_ < 16 * s.interval ? reached : 1;
        count_at_begin_ = count_;
        next_ = now + codel_spacing(s.interval, count_);
        is_dropping_ = true;
    }

    /// True when the packet is gone.
    static bool strikes(const codel_settings& s, list_index i, auto& fates) {
        if (s.ecn && fates.mark(i)) return false;
        fates.drop(i, drop_cause::aqm);
        return true;
    }

    bool may_drop_ = false;
    bool is_dropping_ = false;
    instant above_until_ = never;  // when the wait will have been above the target for an interval
    instant next_{};               // drop
    std::uint32_t count_ = 0, count_at_begin_ = 0;
};

class codel {
public:
    codel(const codel_settings& s, const queue_surroundings& around) : settings_(s), queue_(around.limits) {}

    const sim::backlog& backlog() const { return queue_.backlog(); }

    void push(packet_store& store, list_index i, const arrival& at, auto&& fates) {
        if (!queue_.takes(store[i], at)) return fates.drop(i, drop_cause::queue_full);
        queue_.append(store, i);
    }
    list_index pop(packet_store& store, instant now, auto&& fates) {
        return law_.pop(settings_, queue_, store, now, fates);
    }

private:
    codel_settings settings_;
    packet_fifo queue_;
    codel_law law_;
};

}  // namespace sluice::sim
