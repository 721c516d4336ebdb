// SPDX-License-Identifier: MIT
//
// The time-sequence graph of one direction of a connection, as tcptrace and xplot draw it: what was sent when and what
// again, what had been acknowledged and what reported by SACK, how far the window reached, all as the sender saw it.
// Made from wire events alone; the other picture of the same events is the ladder.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include <sluice/trace/chart.hpp>
#include <sluice/trace/ladder.hpp>
#include <sluice/trace/wire_event.hpp>

namespace sluice::trace {

namespace detail {

inline double as_seconds(instant at) { return static_cast<double>(at.time_since_epoch().count()) / 1e9; }

/// A number that wraps, as one that doesn't: the value nearest to the one before.
class unwrapped {
public:
    explicit unwrapped(seq zero) : last_(zero) {}
    double operator()(seq number) {
        position_ += static_cast<std::int32_t>(number - last_);
        last_ = number;
        return static_cast<double>(position_);
    }

private:
    seq last_;
    std::int64_t position_ = 0;
};

}  // namespace detail

/// `sender` is 0 or 1. Sequence numbers are relative to its initial one. A right edge far above all data is not drawn,
/// so that a huge window does not press the data flat.
inline std::string time_sequence(std::span<const wire_event> events, int sender,
                                 std::string title = "Sequence numbers over time") {
    const seq iss = initial_sequences(events)[sender == 0 ? 0 : 1];
    std::vector<bar> first_time, again, reported;
    std::vector<point> lost, acknowledged, right_edge;

    detail::unwrapped sent_position(iss);
    double top = 0;  // of what was sent
    for (const wire_event& event : events) {
        if (event.from != sender || event.length() == 0 || event.header.flags.has(flag::rst)) continue;
        const double low = sent_position(event.header.sequence), high = low + event.length();
        const double at = detail::as_seconds(event.sent);
        (event.retransmission ? again : first_time).push_back({at, low, high});
        if (event.lost()) lost.push_back({at, (low + high) / 2});
        top = std::max(top, high);
    }

    // Acknowledgments count from when they reach the sender, and only ever move forward.
    std::vector<const wire_event*> arrivals;
    for (const wire_event& event : events)
        if (event.from != sender && !event.lost() && event.header.flags.has(flag::ack)) arrivals.push_back(&event);
    std::stable_sort(arrivals.begin(), arrivals.end(),
        [](const wire_event* a, const wire_event* b) { return a->arrived < b->arrived; });
    detail::unwrapped ack_position(iss);
    const double highest_shown = 4 * top;
    double highest_ack = 0;
    for (const wire_event* event : arrivals) {
        const double ack = ack_position(event->header.acknowledgment);
        const double at = detail::as_seconds(event->arrived), edge = ack + event->window();
        for (const sack_block& block : event->options.sack) {
            const double low = ack + static_cast<std::int32_t>(block.begin - event->header.acknowledgment);
            reported.push_back({at, low, low + (block.end - block.begin)});
        }
        if (ack < highest_ack) continue;
        highest_ack = ack;
        acknowledged.push_back({at, ack});
        right_edge.push_back({at, edge <= highest_shown ? edge : std::numeric_limits<double>::quiet_NaN()});
    }
    bool is_edge_shown = false;
    for (const point& p : right_edge) is_edge_shown = is_edge_shown || !p.is_gap();
    if (!is_edge_shown) right_edge.clear();

    chart picture(std::move(title), {"time", unit::seconds}, {"sequence number", unit::octets});
    picture.steps("right edge of the window", tone::purple, std::move(right_edge));
    picture.steps("acknowledged", tone::green, std::move(acknowledged));
    picture.bars("reported by SACK", tone::grey, std::move(reported));
    picture.bars("sent", tone::blue, std::move(first_time));
    picture.bars("retransmitted", tone::orange, std::move(again), 9);  // few, and what one looks for
    picture.dots("lost", tone::red, std::move(lost));
    return picture.text();
}

}  // namespace sluice::trace
