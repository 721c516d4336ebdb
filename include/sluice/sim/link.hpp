// SPDX-License-Identifier: MIT
//
// One direction of a link: a queue, a transmitter of some rate, and a wire of some length that may lose, corrupt,
// duplicate, delay and reorder. It keeps its packets and says when it wants to be called again; whose packets they are,
// and where the wire ends, it does not know. All misfortune strikes on the wire: a packet that is lost has taken its
// turn in the queue.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

#include <sluice/sim/discipline.hpp>
#include <sluice/sim/ecn_field.hpp>
#include <sluice/sim/gilbert_elliott.hpp>
#include <sluice/sim/probability.hpp>
#include <sluice/sim/rate_trace.hpp>
#include <sluice/sim/tap.hpp>

namespace sluice::sim {

struct link_settings {
    std::uint64_t rate = 0;                 // bits/s; 0: infinite, and nothing is ever queued
    rate_trace trace{};                     // the capacity over time; not empty, it stands in the rate's place
    duration delay{};                       // of the wire
    std::size_t mtu = unlimited;            // octets from the IP header on; what is longer is dropped
    bool hides_mtu = false;                 // a router before it says nothing of that: a black hole (RFC 2923)
    std::size_t queue_packets = unlimited;  // that wait, without the one in transmission
    std::size_t queue_octets = unlimited;
    discipline_settings discipline{};       // of the queue, within these limits: drop tail
    bool pushes_back = false;               // a sender waits for room in the queue, so that nothing is dropped there
    probability loss{};
    gilbert_elliott bursts{};               // losses besides these, in bursts
    probability corruption{};
    std::uint32_t corrupted_bits = 1;       // of one packet; from two on, some would pass TCP's checksum
    probability duplication{};
    probability reordering{};               // a packet takes longer than its followers
    duration reordering_delay{};            // by so much
    duration jitter{};                      // each packet takes longer by up to this, evenly drawn
    bool jitter_reorders = false;           // else no packet overtakes by it: it waits for those before
    std::vector<std::uint64_t> drop{};      // the n-th packets with text, counted from 1, in ascending order
    std::vector<std::uint64_t> drop_any{};  // the n-th of all packets, likewise
};

struct link_event {
    enum class kind : std::uint8_t { transmitted, arrived };
    kind what;
    list_index packet;  // no_index: none was transmitted, but the time has come at which one can be
};

/// Calls want a `side` with event_queue's `turn()`, with `schedule(instant, turn, link_event)`, which comes back by
/// on_transmitted or take, and with `tell(packet_event, drop_cause, const packet&)`.
class link {
public:
    link(const link_settings& s, seeded_random random)
        : settings_(s), loss_(random.fork()), corruption_(random.fork()), duplication_(random.fork()),
          reordering_(random.fork()), bursts_(s.bursts, random.fork()), jitter_(random.fork()),
          queue_(s.discipline, {.limits = {.packets = s.queue_packets, .octets = s.queue_octets},
                                .packet_time = packet_time(),
                                .random = random.fork()}),
          trace_(s.trace) {
        assert(s.jitter >= duration::zero() && (s.trace.empty() || s.rate == 0));
    }

    const link_settings& settings() const { return settings_; }
    const queue_discipline& queue() const { return queue_; }
    /// The path has changed.
    void set_mtu(std::size_t mtu) { settings_.mtu = mtu; }

    /// Whether a packet of this length would find room.
    bool has_room(std::size_t length) const { return !is_transmitting_ || queue_.has_room(length); }
    /// False while a sender should wait.
    bool takes(std::size_t length) const { return !settings_.pushes_back || has_room(length); }

    void offer(packet&& p, instant now, auto&& side) {
        p.sent = now;
        p.queued = duration::zero();
        const list_index i = packets_.add(std::move(p));
        side.tell(packet_event::sent, drop_cause::none, packets_[i]);
        if (packets_[i].data.size() > settings_.mtu) return drop(i, drop_cause::too_big, side);
        if (settings_.rate == 0 && settings_.trace.empty()) return put_on_wire(i, now, side);
        queue_.push(packets_, i, {.now = now, .must_wait = is_transmitting_}, fates{*this, side});
        if (!is_transmitting_) transmit_next(now, side);
    }

    /// How long a packet occupies the transmitter, to the nanosecond above.
    duration transmission_time(std::size_t length) const {
        if (settings_.rate == 0) return duration::zero();
        const std::uint64_t bits_times_ns = std::uint64_t{length} * 8 * 1'000'000'000;
        return duration(static_cast<std::int64_t>((bits_times_ns + settings_.rate - 1) / settings_.rate));
    }

    void on_transmitted(list_index i, instant now, auto&& side) {
        is_transmitting_ = false;
        if (i != no_index) put_on_wire(i, now, side);
        transmit_next(now, side);
    }

    /// The packet leaves the wire at its end.
    packet take(list_index i, auto&& side) {
        if (i == on_wire_.front()) {
            on_wire_.remove(packets_, i);
            if (const list_index next = on_wire_.front(); next != no_index) schedule_arrival(next, side);
        }
        packet p = std::move(packets_[i]);
        packets_.release(i);
        return p;
    }

private:
    /// What the queue decides about its packets.
    template <class Side>
    struct fates {
        link& of;
        Side& side;

        void drop(list_index i, drop_cause why) { of.drop(i, why, side); }
        bool mark(list_index i) { return of.mark(i, side); }
    };
    template <class Side>
    fates(link&, Side&) -> fates<Side>;

    /// The next packet that the queue gives away; with a trace, when an opportunity for it has come.
    void transmit_next(instant now, auto& side) {
        const bool has_trace = !settings_.trace.empty();
        if (has_trace && !queue_.backlog().empty() && !trace_.is_open(now))
            return transmit_until(trace_.next(now), no_index, side);
        const list_index i = queue_.pop(packets_, now, fates{*this, side});
        if (i == no_index) return trace_.forgo();
        packet& p = packets_[i];
        p.queued = now - p.sent;
        const std::size_t length = p.data.size();
        transmit_until(has_trace ? trace_.send(length) : now + transmission_time(length), i, side);
    }

    void transmit_until(instant end, list_index i, auto& side) {
        is_transmitting_ = true;
        side.schedule(end, side.turn(), link_event{link_event::kind::transmitted, i});
    }

    /// To transmit 1500 octets, on average.
    duration packet_time() const {
        const rate_trace& trace = settings_.trace;
        if (trace.empty()) return transmission_time(1500);
        return trace.period() / static_cast<std::int64_t>(trace.opportunities_ms.size());
    }

    /// What is CE already stays so.
    bool mark(list_index i, auto& side) {
        packet& p = packets_[i];
        const ecn_codepoint came_as = ecn_of(p.data);
        if (came_as == ecn_codepoint::not_ect) return false;
        if (came_as == ecn_codepoint::ce) return true;
        mark_ce(p.data);
        side.tell(packet_event::marked, drop_cause::none, p);
        return true;
    }

    void put_on_wire(list_index i, instant now, auto& side) {
        ++entered_;
        if (packets_[i].text_length > 0) ++with_text_;
        const bool is_text_chosen = is_next(settings_.drop, with_text_, next_drop_);
        const bool is_chosen = is_next(settings_.drop_any, entered_, next_drop_any_);
        if (is_text_chosen || is_chosen) return drop(i, drop_cause::chosen, side);
        const bool is_lost = settings_.loss.happens(loss_), is_lost_in_burst = bursts_.happens();
        if (is_lost || is_lost_in_burst) return drop(i, drop_cause::loss, side);
        if (settings_.duplication.happens(duplication_)) {
            packet copy = packets_[i];
            copy.is_copy = true;
            propagate(i, now, side);
            i = packets_.add(std::move(copy));
        }
        propagate(i, now, side);
    }

    void propagate(list_index i, instant now, auto& side) {
        if (settings_.corruption.happens(corruption_)) corrupt(packets_[i]);
        instant arrival = now + settings_.delay + draw_jitter();
        if (!settings_.jitter_reorders) arrival = std::max(arrival, latest_arrival_);
        latest_arrival_ = arrival;
        const bool is_late = settings_.reordering.happens(reordering_);
        if (is_late) arrival += settings_.reordering_delay;
        packets_[i].arrival = arrival;
        packets_[i].turn = side.turn();
        if (is_late || settings_.jitter_reorders) return schedule_arrival(i, side);
        const bool is_first = on_wire_.front() == no_index;
        on_wire_.push_back(packets_, i);
        if (is_first) schedule_arrival(i, side);
    }
    void schedule_arrival(list_index i, auto& side) {
        side.schedule(packets_[i].arrival, packets_[i].turn, link_event{link_event::kind::arrived, i});
    }

    duration draw_jitter() {
        if (settings_.jitter == duration::zero()) return duration::zero();
        const auto most = static_cast<std::uint64_t>(settings_.jitter.count());
        return duration(static_cast<std::int64_t>(jitter_.below(most + 1)));
    }

    void drop(list_index i, drop_cause why, auto& side) {
        side.tell(packet_event::dropped, why, packets_[i]);
        packets_.release(i);
    }

    // Two flips of one bit would be none.
    void corrupt(packet& p) {
        const std::uint64_t bits = std::uint64_t{p.data.size()} * 8;
        std::vector<std::uint64_t> flipped;
        while (flipped.size() < std::min<std::uint64_t>(settings_.corrupted_bits, bits)) {
            const std::uint64_t bit = corruption_.below(bits);
            if (std::find(flipped.begin(), flipped.end(), bit) != flipped.end()) continue;
            flipped.push_back(bit);
            p.data[bit / 8] = static_cast<octet>(p.data[bit / 8] ^ (1u << bit % 8));
        }
        p.is_corrupted = !flipped.empty();
    }

    static bool is_next(const std::vector<std::uint64_t>& numbers, std::uint64_t number, std::size_t& place) {
        if (place == numbers.size() || numbers[place] != number) return false;
        ++place;
        assert(place == numbers.size() || numbers[place] > number);
        return true;
    }

    link_settings settings_;
    packet_store packets_;
    // One sequence a misfortune: to switch one on changes nothing of the others.
    seeded_random loss_, corruption_, duplication_, reordering_;
    bursty_loss bursts_;
    seeded_random jitter_;
    queue_discipline queue_;
    trace_follower trace_;
    // What arrives in the order in which it left. Only the first of them is planned, so that what is planned in a
    // network is as many events as it has links, and not as many as it has packets.
    index_list<&packet::place> on_wire_;
    instant latest_arrival_{};  // of the packets so far, but for those that were chosen to be late
    bool is_transmitting_ = false;
    std::uint64_t entered_ = 0, with_text_ = 0;
    std::size_t next_drop_ = 0, next_drop_any_ = 0;
};

}  // namespace sluice::sim
