// SPDX-License-Identifier: MIT
//
// Misfortune around a real link: each way is a link of the simulator (sim/link.hpp), with its losses, bursts, delays,
// reordering, duplicates, corruption, rates and queue disciplines, through which packets go in real time. What is drawn
// is decided by the seed; when packets come is not. Packets pass one by one, as on a wire: super-segments are cut
// before.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <sluice/host/packet_link.hpp>
#include <sluice/io/wire_form.hpp>
#include <sluice/sim/event_queue.hpp>
#include <sluice/sim/link.hpp>
#include <sluice/wire/segment.hpp>

namespace sluice::io {

struct faults {
    sim::link_settings out{}, in{};
    std::uint64_t seed = 1;
};

/// The link outlives it.
template <packet_link Link>
class fault_injector {
public:
    fault_injector(Link& link, const faults& f) : fault_injector(link, f, seeded_random(f.seed)) {}

    instant now() const { return link_.now(); }
    link_capabilities capabilities() const { return {.mtu = link_.capabilities().mtu}; }
    auto native_handle() const
        requires requires(const Link& l) { l.native_handle(); }
    {
        return link_.native_handle();
    }
    bool is_gone() const
        requires requires(const Link& l) { l.is_gone(); }
    {
        return link_.is_gone();
    }

    std::size_t receive(std::span<rx_packet> room) {
        const instant now = link_.now();
        for (std::size_t count = batch; count == batch;) {
            count = link_.receive(received_);
            for (std::size_t i = 0; i < count; ++i)
                form_.of(received_[i], [&](octets p) { offer(way::in, p, now); });
        }
        let_pass(now);
        lent_.clear();
        for (; lent_.size() < room.size() && !arrived_.empty(); arrived_.pop_front())
            lent_.push_back(std::move(arrived_.front()));
        for (std::size_t i = 0; i < lent_.size(); ++i)
            room[i] = {.data = lent_[i].data, .length = lent_[i].data.size()};
        return lent_.size();
    }

    std::size_t transmit(std::span<const tx_packet> packets) {
        const instant now = link_.now();
        std::size_t taken = 0;
        for (; taken < packets.size() && paths_[0].takes(packets[taken].length()); ++taken)
            form_.of(packets[taken], [&](octets p) { offer(way::out, p, now); });
        let_pass(now);
        return taken;
    }

    void wait(instant deadline) {
        if (arrived_.empty()) link_.wait(std::min(deadline, events_.next()));
    }
    instant next_deadline() const
        requires requires(const Link& l) { l.next_deadline(); }
    {
        return arrived_.empty() ? std::min(events_.next(), link_.next_deadline()) : long_ago;
    }

    /// How many packets met what, both ways together.
    struct tally {
        std::uint64_t dropped = 0, corrupted = 0, duplicated = 0, passed = 0;
    };
    const tally& count() const { return count_; }

private:
    enum class way : std::uint8_t { out, in };
    struct planned {
        way on{};
        sim::link_event what{};
    };
    struct side {
        fault_injector& of;
        way on;

        std::uint64_t turn() { return of.events_.turn(); }
        void schedule(instant at, std::uint64_t turn, const sim::link_event& what) {
            of.events_.push(at, turn, {on, what});
        }
        void tell(sim::packet_event what, sim::drop_cause, const sim::packet&) {
            if (what == sim::packet_event::dropped) ++of.count_.dropped;
        }
    };
    static constexpr std::size_t batch = 32;

    fault_injector(Link& link, const faults& f, seeded_random random)
        : link_(link), paths_{sim::link(f.out, random.fork()), sim::link(f.in, random.fork())}, received_(batch) {}

    void offer(way on, octets data, instant now) {
        sim::packet p;
        p.data.assign(data.begin(), data.end());
        const auto parsed = parse_packet({.data = data, .length = data.size(), .checksum = checksum_state::verified});
        p.text_length = parsed ? parsed->segment.text_length : 0;
        paths_[static_cast<std::size_t>(on)].offer(std::move(p), now, side{*this, on});
    }

    /// What is due by now.
    void let_pass(instant now) {
        while (events_.next() <= now) {
            const instant at = events_.next();
            const planned next = events_.pop();
            sim::link& path = paths_[static_cast<std::size_t>(next.on)];
            if (next.what.what == sim::link_event::kind::transmitted) {
                path.on_transmitted(next.what.packet, at, side{*this, next.on});
                continue;
            }
            sim::packet p = path.take(next.what.packet, side{*this, next.on});
            ++count_.passed;
            count_.corrupted += p.is_corrupted;
            count_.duplicated += p.is_copy;
            (next.on == way::out ? leaving_ : arrived_).push_back(std::move(p));
        }
        for (; !leaving_.empty(); leaving_.pop_front()) {
            const tx_packet as_it_is = finished_packet(leaving_.front().data);
            if (link_.transmit(std::span(&as_it_is, 1)) == 0) return;
        }
    }

    Link& link_;
    sim::link paths_[2];
    sim::event_queue<planned> events_;
    std::deque<sim::packet> leaving_, arrived_;
    std::vector<sim::packet> lent_;  // to the host, until its next receive
    std::vector<rx_packet> received_;
    wire_form form_;
    tally count_;
};

}  // namespace sluice::io
