// SPDX-License-Identifier: MIT
//
// A chart of one or more series over a common x axis, as SVG: curves, steps, dots, vertical bars and shaded bands, with
// axes, title and legend. A series may have millions of points: what is drawn is thinned to the resolution of the
// picture and keeps every extreme. Knows nothing of TCP.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sluice/trace/axis.hpp>
#include <sluice/trace/svg.hpp>
#include <sluice/trace/thinning.hpp>

namespace sluice::trace {

class chart {
public:
    chart(std::string title, quantity x, quantity y) : title_(std::move(title)), x_(std::move(x)), y_(std::move(y)) {}

    // Points and bars in the order of x. A series without a name is not in the legend, nor is one without points.
    chart& line(std::string name, tone colour, std::vector<point> points) {
        return add({std::move(name), colour, shape::line, std::move(points), {}});
    }
    /// Holds each value until the next: what changes at once.
    chart& steps(std::string name, tone colour, std::vector<point> points) {
        return add({std::move(name), colour, shape::steps, std::move(points), {}});
    }
    chart& dashed_steps(std::string name, tone colour, std::vector<point> points) {
        return add({std::move(name), colour, shape::dashed_steps, std::move(points), {}});
    }
    chart& dots(std::string name, tone colour, std::vector<point> points) {
        return add({std::move(name), colour, shape::dots, std::move(points), {}});
    }
    /// No bar is drawn shorter than `shortest`, in the drawing's units, however little it covers.
    chart& bars(std::string name, tone colour, std::vector<bar> bars, double shortest = 2) {
        return add({std::move(name), colour, shape::bars, {}, std::move(bars), shortest});
    }
    /// Shades spans of the x axis from top to bottom; each is {from, to}.
    chart& bands(std::string name, tone colour, const std::vector<std::pair<double, double>>& spans) {
        series all{std::move(name), colour, shape::bands, {}, {}};
        for (const auto& [from, to] : spans) all.points.insert(all.points.end(), {{from, 0}, {to, 0}});
        return add(std::move(all));
    }

    std::string text() const {
        const extent range = measure();
        const std::vector<legend_entry> legend = arrange_legend();
        const double top = (legend.empty() ? first_legend_row - legend_row : legend.back().y) + 36;
        const frame in{axis(x_, range.left, range.right, 10),
            axis(y_, range.bottom, range.top, 6, axis::fit::rounded), top, top + plot_height};
        svg out(width, in.bottom + 52, title_);
        out.write(edge_left, 32, title_, "title");
        for (const legend_entry& entry : legend) draw(out, entry);
        const auto each_of = [&](bool are_bands) {
            for (const series& one : series_)
                if ((one.as == shape::bands) == are_bands) draw(out, one, in);
        };
        each_of(true);
        draw_axes(out, in);
        each_of(false);
        return out.text();
    }

private:
    enum class shape : std::uint8_t { line, steps, dashed_steps, dots, bars, bands };
    struct series {
        std::string name;
        tone colour;
        shape as;
        std::vector<point> points;
        std::vector<bar> columns;
        double shortest = 0;  // of the columns

        bool empty() const { return points.empty() && columns.empty(); }
    };
    struct extent {
        double left = 0, right = 0, bottom = 0, top = 0;
        bool is_set = false;

        void add_x(double x) {
            left = is_set ? std::min(left, x) : x;
            right = is_set ? std::max(right, x) : x;
            is_set = true;
        }
        void add_y(double y) { bottom = std::min(bottom, y), top = std::max(top, y); }  // 0 is always shown
    };

    /// Where values stand on the page.
    struct frame {
        axis across, up;
        double top, bottom;

        double x(double value) const { return edge_left + across.place(value) * (edge_right - edge_left); }
        double y(double value) const { return bottom - up.place(value) * (bottom - top); }
    };
    struct legend_entry {
        const series* of;
        double x, y;
    };

    static constexpr double width = 960, plot_height = 320, edge_left = 72, edge_right = width - 28;
    static constexpr double first_legend_row = 60, legend_row = 22;
    static constexpr double column_width = 0.5;      // of the thinning: fine enough for a picture shown at double size
    static constexpr std::size_t crowded = 15'000;   // marks in one series: some 250 KB

    std::string title_;
    quantity x_, y_;
    std::vector<series> series_;

    chart& add(series one) {
        series_.push_back(std::move(one));
        return *this;
    }

    extent measure() const {
        extent all;
        for (const series& one : series_) {
            for (const point& p : one.points) {
                all.add_x(p.x);
                if (!p.is_gap()) all.add_y(p.y);
            }
            for (const bar& b : one.columns) {
                all.add_x(b.x);
                all.add_y(b.low);
                all.add_y(b.high);
            }
        }
        return all;
    }

    void draw_axes(svg& out, const frame& in) const {
        path_data grid;
        for (const axis::tick& tick : in.up.ticks()) {
            const double at = in.y(tick.at);
            grid.stroke(edge_left, at, edge_right, at);
            out.write(edge_left - 8, at + 4.5, tick.label, "end muted");
        }
        path_data marks;
        for (const axis::tick& tick : in.across.ticks()) {
            const double at = in.x(tick.at);
            marks.stroke(at, in.bottom, at, in.bottom + 5);
            out.write(at, in.bottom + 20, tick.label, "middle muted");
        }
        marks.stroke(edge_left, in.bottom, edge_right, in.bottom);
        out.path(grid, "grid").path(marks, "axis");
        out.write(edge_left, in.top - 12, in.up.title(), "muted");
        out.write(edge_right, in.bottom + 40, in.across.title(), "end muted");
    }

    // From left to right under the title, in as many rows as it takes.
    std::vector<legend_entry> arrange_legend() const {
        std::vector<legend_entry> entries;
        double x = edge_left, y = first_legend_row;
        for (const series& one : series_) {
            if (one.empty() || one.name.empty()) continue;
            const double needed = sample_width + text_width(one.name);
            if (x > edge_left && x + needed > edge_right) x = edge_left, y += legend_row;
            entries.push_back({&one, x, y});
            x += needed + 22;
        }
        return entries;
    }

    static constexpr double sample_width = 28;

    static void draw(svg& out, const legend_entry& entry) {
        const double x = entry.x, middle = entry.y - 4.5;
        const std::string how = style(*entry.of);
        switch (entry.of->as) {
            case shape::dots: out.line(x + 14, middle, x + 14, middle, how); break;
            case shape::bars: out.line(x + 14, middle - 7, x + 14, middle + 7, how); break;
            case shape::bands: out.rectangle(x, middle - 7, 20, 14, how); break;
            default: out.line(x, middle, x + 20, middle, how);
        }
        out.write(x + sample_width, entry.y, entry.of->name);
    }

    static std::string style(const series& one) {
        const std::string colour = ' ' + std::string(trace::name(one.colour));
        switch (one.as) {
            case shape::line:
            case shape::steps: return "stroke" + colour;
            case shape::dashed_steps: return "stroke dashed" + colour;
            case shape::dots: return "dot" + colour;
            case shape::bars: return "bar" + colour;
            case shape::bands: return "band" + colour;
        }
        return {};
    }

    static void draw(svg& out, const series& one, const frame& in) {
        if (one.as == shape::bars) {
            out.path(bar_path(one, in), style(one));
            return;
        }
        if (one.as == shape::bands) {
            for (std::size_t i = 0; i + 1 < one.points.size(); i += 2) {
                const double from = in.x(one.points[i].x), to = in.x(one.points[i + 1].x);
                out.rectangle(from, in.top, std::max(to - from, 1.0), in.bottom - in.top, style(one));
            }
            return;
        }
        std::vector<point> placed;
        placed.reserve(one.points.size());
        for (const point& p : one.points) placed.push_back({in.x(p.x), in.y(p.y)});
        if (one.as != shape::dots || placed.size() > crowded) placed = thinned(placed, column_width);
        out.path(one.as == shape::dots ? dot_path(placed) : curve_path(placed, one.as != shape::line), style(one));
    }

    static path_data curve_path(const std::vector<point>& points, bool is_steps) {
        path_data path;
        bool is_down = false;  // the pen
        double level = 0;
        for (const point& p : points) {
            if (!is_down) {
                if (!p.is_gap()) path.move_to(p.x, p.y);
            } else if (is_steps) {
                path.line_to(p.x, level);
                if (!p.is_gap() && p.y != level) path.line_to(p.x, p.y);
            } else if (!p.is_gap()) {
                path.line_to(p.x, p.y);
            }
            is_down = !p.is_gap();
            level = p.y;
        }
        return path;
    }

    static path_data dot_path(const std::vector<point>& points) {
        path_data path;
        for (const point& p : points)
            if (!p.is_gap()) path.stroke(p.x, p.y, p.x, p.y);  // no length, round ends: a disc
        return path;
    }

    // Bars that stand one on the other are told apart by a narrow gap, where they are long enough to spare it.
    static path_data bar_path(const series& one, const frame& in) {
        constexpr double gap = 1.2, long_enough = 5;
        std::vector<bar> placed;
        placed.reserve(one.columns.size());
        for (const bar& b : one.columns) {
            bar down{in.x(b.x), in.y(b.high), in.y(b.low)};
            if (down.high - down.low >= long_enough) down.low += gap / 2, down.high -= gap / 2;
            if (down.high - down.low < one.shortest) down.low = down.high - one.shortest;
            placed.push_back(down);
        }
        path_data path;
        for (const bar& b : thinned(std::move(placed), column_width, gap / 2, crowded))
            path.stroke(b.x, b.low, b.x, b.high);
        return path;
    }
};

}  // namespace sluice::trace
