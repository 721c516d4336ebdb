// SPDX-License-Identifier: MIT
//
// A tap that keeps each segment's way over the wire, for the pictures of trace/: the ladder and the time-sequence
// graph. It reads the packets' own headers. A corrupted packet counts as lost, for that is what TCP makes of it; of two
// copies the first counts.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <sluice/sim/tap.hpp>
#include <sluice/trace/wire_event.hpp>
#include <sluice/wire/segment.hpp>

namespace sluice::sim {

class wire_log {
public:
    std::span<const trace::wire_event> events() const { return events_; }
    std::vector<trace::wire_event> take() { return std::exchange(events_, {}); }

    void on_packet(const packet_report& r) {
        if (events_.empty() && r.what == packet_event::sent) first_number_ = r.packet.number;
        if (r.what == packet_event::sent) {
            note(r);
        } else if (r.what == packet_event::delivered && !r.packet.is_corrupted) {
            const std::uint64_t place = r.packet.number - first_number_;
            if (place < events_.size() && events_[place].lost()) events_[place].arrived = r.now;
        }
    }

    /// For what was dropped beyond this cable: of the segments that this end has sent from there on, the last is lost.
    void lose(int from, seq begin) {
        const auto is_it = [&](const trace::wire_event& e) { return e.from == from && e.header.sequence == begin; };
        const auto last = std::find_if(events_.rbegin(), events_.rend(), is_it);
        if (last != events_.rend()) last->arrived = never;
    }

private:
    // A packet that is no segment keeps its number's place.
    void note(const packet_report& r) {
        const rx_packet octets_of{.data = r.packet.data, .length = r.packet.data.size()};
        trace::wire_event event{.sent = r.now, .arrived = never, .from = r.from, .header = {}};
        if (const auto parsed = parse_packet(octets_of)) {
            const segment& s = parsed->segment;
            event.header = {.source_port = s.source_port,
                            .destination_port = s.destination_port,
                            .sequence = s.sequence,
                            .acknowledgment = s.acknowledgment,
                            .flags = s.flags,
                            .window = static_cast<std::uint16_t>(s.window),
                            .urgent_pointer = static_cast<std::uint16_t>(s.up - s.sequence)};
            event.options = s.options;
            event.window_shift = shift(r.from, s);
            event.text_length = s.text_length;
            event.retransmission = is_again(r.from, s);
        }
        events_.push_back(event);
    }

    /// Numbers that lie below the highest that this host has sent.
    bool is_again(int from, const segment& s) {
        side& sender = sides_[static_cast<std::size_t>(from)];
        if (s.length() == 0 || s.has(flag::rst)) return false;
        const bool again = sender.has_sent && s.sequence < sender.next;
        if (!sender.has_sent || sender.next < s.end()) sender.next = s.end();
        sender.has_sent = true;
        return again;
    }

    /// Both SYNs name one, or none counts; no window on a SYN is scaled.
    std::uint8_t shift(int from, const segment& s) {
        side &sender = sides_[static_cast<std::size_t>(from)], &receiver = sides_[static_cast<std::size_t>(1 - from)];
        if (s.has(flag::syn)) sender.window_scale = s.options.window_scale;
        const bool counts = !s.has(flag::syn) && sender.window_scale && receiver.window_scale;
        return counts ? std::min<std::uint8_t>(*sender.window_scale, 14) : std::uint8_t{0};
    }

    struct side {
        bool has_sent = false;
        std::optional<std::uint8_t> window_scale;
        seq next{};
    };
    std::array<side, 2> sides_{};
    std::uint64_t first_number_ = 0;
    std::vector<trace::wire_event> events_;
};

}  // namespace sluice::sim
