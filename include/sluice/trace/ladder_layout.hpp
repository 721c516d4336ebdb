// SPDX-License-Identifier: MIT
//
// What a ladder of segments shows, before it is drawn: the chosen segments with their descriptions, and where on the
// page each end of each arrow stands. Knows nothing of how it is drawn.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include <sluice/trace/wire_event.hpp>

namespace sluice::trace {

struct ladder_line {
    const wire_event* event;
    std::string description;

    bool is_leftward() const { return event->from != 0; }
};

/// In the order of sending.
inline std::vector<ladder_line> ladder_lines(std::span<const wire_event> events, instant from, instant to) {
    const std::array<seq, 2> iss = initial_sequences(events);
    std::vector<ladder_line> lines;
    for (const wire_event& event : events) {
        if (event.sent < from || event.sent > to) continue;
        const bool is_leftward = event.from != 0;
        lines.push_back({&event, describe(event, iss[is_leftward ? 1 : 0], iss[is_leftward ? 0 : 1])});
        if (event.retransmission) lines.back().description += " (retransmission)";
    }
    std::stable_sort(lines.begin(), lines.end(),
        [](const ladder_line& a, const ladder_line& b) { return a.event->sent < b.event->sent; });
    return lines;
}

/// Where each end of each arrow stands. Time is not to scale throughout: a burst is spread until its labels can be
/// read, and a long silence is shortened.
class ladder_layout {
public:
    struct ends {
        double sent = 0;
        double arrived = 0;  // or would have
    };
    struct silence {
        double from, to;
        duration length;
        bool is_empty;  // no arrow spans it
    };

    explicit ladder_layout(const std::vector<ladder_line>& lines) : places_(lines.size()) {
        const duration typical = typical_delay(lines);
        const double unit = one_way / static_cast<double>(typical.count());
        double y = 0;
        std::array<double, 2> last_sent{-row, -row}, last_arrived{-row, -row};  // of either host
        const std::vector<moment> order = moments(lines, typical);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const moment& now = order[i];
            if (i > 0) pass(order[i - 1].at, now.at, unit, y);
            auto& last = now.is_arrival ? last_arrived[now.host] : last_sent[now.host];
            if (i > 0) y = std::max(y, last + row);
            last = y;
            (now.is_arrival ? places_[now.line].arrived : places_[now.line].sent) = y;
            height_ = y;
        }
        for (silence& each : silences_)
            each.is_empty = std::none_of(places_.begin(), places_.end(),
                [&](const ends& arrow) { return arrow.sent <= each.from && arrow.arrived >= each.to; });
    }

    const ends& operator[](std::size_t line) const { return places_[line]; }
    const std::vector<silence>& silences() const { return silences_; }
    double height() const { return height_; }

private:
    static constexpr double row = 18, one_way = 54, shortest_step = 6, longest_step = 72;

    struct moment {
        instant at;
        bool is_arrival;
        std::size_t host, line;
    };
    std::vector<ends> places_;
    std::vector<silence> silences_;
    double height_ = 0;

    void pass(instant from, instant to, double unit, double& y) {
        if (from == to) return;
        const double step = static_cast<double>((to - from).count()) * unit;
        const double begin = y;
        y += std::clamp(step, shortest_step, longest_step);
        if (step > 2 * longest_step) silences_.push_back({begin, y, to - from, true});
    }

    // At the same time, what belongs to a segment sent earlier comes first: an arrival before the answer to it. A lost
    // segment would have taken as long as the one before it, so that its arrow runs beside that one's.
    static std::vector<moment> moments(const std::vector<ladder_line>& lines, duration typical) {
        std::vector<moment> all;
        std::array<duration, 2> expected{typical, typical};
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const wire_event& event = *lines[i].event;
            const std::size_t sender = lines[i].is_leftward() ? 1 : 0;
            all.push_back({event.sent, false, sender, i});
            if (!event.lost()) expected[sender] = std::max(event.arrived - event.sent, duration::zero());
            all.push_back({event.sent + expected[sender], true, 1 - sender, i});
        }
        std::stable_sort(all.begin(), all.end(), [](const moment& a, const moment& b) { return a.at < b.at; });
        return all;
    }

    /// The median.
    static duration typical_delay(const std::vector<ladder_line>& lines) {
        std::vector<duration> delays;
        for (const ladder_line& line : lines)
            if (!line.event->lost() && line.event->arrived > line.event->sent)
                delays.push_back(line.event->arrived - line.event->sent);
        if (delays.empty()) return 1ms;
        const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
        std::nth_element(delays.begin(), middle, delays.end());
        return *middle;
    }
};

}  // namespace sluice::trace
