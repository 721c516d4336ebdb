// SPDX-License-Identifier: MIT
//
// The ladder: two hosts as vertical lines, time going down, each segment an arrow from one to the other with its
// description at the end it left from. As SVG, and as plain text for terminals.
// Made from wire events alone; sequence numbers are shown relative to the initial ones.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <string>

#include <sluice/trace/ladder_layout.hpp>
#include <sluice/trace/svg.hpp>
#include <sluice/trace/thinning.hpp>

namespace sluice::trace {

struct ladder_names {
    std::string title = "Segments on the wire";
    std::array<std::string, 2> hosts{"TCP Peer A", "TCP Peer B"};
};

namespace detail {

constexpr tone ladder_tone(const wire_event& event) {
    if (event.retransmission) return tone::orange;
    if (event.header.flags.has(flag::rst)) return tone::red;
    return event.length() > 0 ? tone::blue : tone::grey;
}

/// A shaft and a head at its end; a cross where the segment was lost on the way.
inline void draw_arrow(svg& out, point from, point to, const wire_event& event, const std::string& hint) {
    const double width = to.x - from.x, height = to.y - from.y;
    const double length = std::sqrt(width * width + height * height);
    const double along_x = width / length, along_y = height / length;
    const auto beside = [&](double back, double aside) {
        return point{to.x - back * along_x - aside * along_y, to.y - back * along_y + aside * along_x};
    };
    const std::string colour(name(ladder_tone(event)));
    path_data shaft;
    shaft.stroke(from.x, from.y, to.x, to.y);
    if (event.lost()) {
        out.path(shaft, "stroke dashed " + colour, hint);
        path_data cross;
        cross.stroke(to.x - 5, to.y - 5, to.x + 5, to.y + 5).stroke(to.x - 5, to.y + 5, to.x + 5, to.y - 5);
        out.path(cross, "bar red", hint);
        return;
    }
    out.path(shaft, "stroke " + colour, hint);
    const point left = beside(9, 3.6), right = beside(9, -3.6);
    out.path(path_data().move_to(to.x, to.y).line_to(left.x, left.y).line_to(right.x, right.y).close(),
        "solid " + colour);
}

}  // namespace detail

/// The segments sent from `from` to `to`; of a long trace the first 200 of these.
inline std::string ladder(std::span<const wire_event> events, instant from = instant::min(), instant to = never,
                          const ladder_names& names = {}) {
    constexpr std::size_t most = 200;
    std::vector<ladder_line> lines = ladder_lines(events, from, to);
    const std::size_t left_out = lines.size() > most ? lines.size() - most : 0;
    lines.resize(lines.size() - left_out);
    const ladder_layout layout(lines);

    std::array<double, 2> label_width{mono_width(names.hosts[0]), mono_width(names.hosts[1])};
    for (const ladder_line& line : lines) {
        double& widest = label_width[line.is_leftward() ? 1 : 0];
        widest = std::max(widest, mono_width(line.description) + mono_width(seconds(line.event->sent)) + 12);
    }
    constexpr double middle = 340, margin = 24, first_row = 104;
    const double left = margin + label_width[0] + 12, right = left + middle;
    const double bottom = first_row + layout.height() + 28;
    svg out(right + 12 + label_width[1] + margin, bottom + (left_out > 0 ? 44 : 20), names.title);
    out.write(margin, 32, names.title, "title");
    out.write(left, 70, names.hosts[0], "middle").write(right, 70, names.hosts[1], "middle");

    // The hosts' lines, broken where time was shortened.
    double down = 80;
    for (const auto& silence : layout.silences()) {
        const double begin = first_row + silence.from + 14, end = first_row + silence.to - 10;
        out.path(path_data().stroke(left, down, left, begin).stroke(right, down, right, begin), "axis");
        out.path(path_data().stroke(left, begin, left, end).stroke(right, begin, right, end), "axis broken");
        down = end;
        if (silence.is_empty)
            out.write((left + right) / 2, (begin + end) / 2 + 4,
                decimal(static_cast<double>(silence.length.count()) / 1e9, 3) + " s", "mono muted middle");
    }
    out.path(path_data().stroke(left, down, left, bottom).stroke(right, down, right, bottom), "axis");

    for (std::size_t i = 0; i < lines.size(); ++i) {
        const wire_event& event = *lines[i].event;
        const bool is_leftward = lines[i].is_leftward();
        const double begin = is_leftward ? right : left, end = is_leftward ? left : right;
        const auto [sent, arrived] = layout[i];
        constexpr double way = 0.6;  // of a lost segment
        const point tip = event.lost() ? point{begin + way * (end - begin), first_row + sent + way * (arrived - sent)}
                                       : point{end, first_row + arrived};
        const std::string time = seconds(event.sent);
        const std::string hint = lines[i].description + "\nsent " + time +
                                 (event.lost() ? ", lost" : ", arrived " + seconds(event.arrived));
        detail::draw_arrow(out, {begin, first_row + sent}, tip, event, hint);

        const std::string side = is_leftward ? "" : " end";
        const double text_at = begin + (is_leftward ? 12 : -12), baseline = first_row + sent + 4;
        const double past_time = (mono_width(time) + 12) * (is_leftward ? 1 : -1);
        const std::string toned =
            event.retransmission ? "mono toned " + std::string(name(detail::ladder_tone(event))) : "mono";
        out.write(text_at, baseline, time, "mono muted" + side);
        out.write(text_at + past_time, baseline, lines[i].description, toned + side);
    }
    if (left_out > 0) out.write((left + right) / 2, bottom + 24, "and " + digits(left_out) + " more", "middle muted");
    return out.text();
}

/// A line for each segment, aligned, in ASCII:
///     sent   arrived  A                    B
/// 0.000000  0.050000  |------------------->|  S 0:0(0) win 65535 <mss 1460>
inline std::string ladder_text(std::span<const wire_event> events, instant from = instant::min(), instant to = never) {
    const std::vector<ladder_line> lines = ladder_lines(events, from, to);
    const auto arrival = [](const wire_event& event) { return event.lost() ? "lost" : seconds(event.arrived); };
    std::size_t sent_width = 8, arrival_width = 8;
    for (const ladder_line& line : lines) {
        sent_width = std::max(sent_width, seconds(line.event->sent).size());
        arrival_width = std::max(arrival_width, arrival(*line.event).size());
    }
    std::string text = flush_right("sent", sent_width) + "  " + flush_right("arrived", arrival_width) +
                       "  A                    B\n";
    for (const ladder_line& line : lines) {
        const wire_event& event = *line.event;
        const char* arrow = line.is_leftward() ? (event.lost() ? "|       x------------|" : "|<-------------------|")
                                               : (event.lost() ? "|------------x       |" : "|------------------->|");
        text += flush_right(seconds(event.sent), sent_width) + "  " + flush_right(arrival(event), arrival_width) +
                "  " + arrow + "  " + line.description + '\n';
    }
    return text;
}

}  // namespace sluice::trace
