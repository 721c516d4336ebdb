// SPDX-License-Identifier: MIT
//
// A drawing as one self-contained <svg>: strokes, shapes and text in a few named styles. It scales (viewBox), follows
// the viewer's light or dark scheme, needs no font, script or network, and uses no ids, so that many can stand in one
// page. Knows nothing of what is drawn.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sluice/trace/text.hpp>

namespace sluice::trace {

/// The colours of data, told apart in either scheme and by eyes that don't see red and green apart.
enum class tone : std::uint8_t { blue, orange, green, red, purple, grey };

constexpr std::string_view name(tone t) {
    switch (t) {
        case tone::blue: return "blue";
        case tone::orange: return "orange";
        case tone::green: return "green";
        case tone::red: return "red";
        case tone::purple: return "purple";
        case tone::grey: return "grey";
    }
    return "grey";
}

/// Stands in every drawing. Inside a page it reaches all of the page, so everything is bound to the class.
inline constexpr std::string_view svg_style = R"(
.sluice-svg{--paper:#fff;--ink:#1b2530;--muted:#5a6672;--grid:#e3e8ed;--blue:#1c6dd0;--orange:#c45500;--green:#14804a;
--red:#cf222e;--purple:#7a45c0;--grey:#76818d;max-width:100%;font:13px system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif}
@media(prefers-color-scheme:dark){.sluice-svg{--paper:#12171d;--ink:#dde5ed;--muted:#98a5b3;--grid:#28313b;
--blue:#6cb0ff;--orange:#ffa04d;--green:#56d08c;--red:#ff7b81;--purple:#c29bff;--grey:#8d99a6}}
.sluice-svg .paper{fill:var(--paper)}
.sluice-svg text{fill:var(--ink)}
.sluice-svg .title{font-size:17px;font-weight:600}
.sluice-svg .muted{fill:var(--muted)}
.sluice-svg .mono{font:12px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.sluice-svg .middle{text-anchor:middle}
.sluice-svg .end{text-anchor:end}
.sluice-svg .grid{stroke:var(--grid)}
.sluice-svg .axis{stroke:var(--muted)}
.sluice-svg .broken{stroke-dasharray:2 5}
.sluice-svg .blue{--tone:var(--blue)}
.sluice-svg .orange{--tone:var(--orange)}
.sluice-svg .green{--tone:var(--green)}
.sluice-svg .red{--tone:var(--red)}
.sluice-svg .purple{--tone:var(--purple)}
.sluice-svg .grey{--tone:var(--grey)}
.sluice-svg .stroke{fill:none;stroke:var(--tone);stroke-width:1.6;stroke-linejoin:round}
.sluice-svg .thin{stroke-width:1.2}
.sluice-svg .bar{fill:none;stroke:var(--tone);stroke-width:2.4}
.sluice-svg .dot{fill:none;stroke:var(--tone);stroke-width:5;stroke-linecap:round}
.sluice-svg .dashed{stroke-dasharray:5 4}
.sluice-svg .solid{fill:var(--tone)}
.sluice-svg .band{fill:var(--tone);opacity:.14}
.sluice-svg text.toned{fill:var(--tone)}
)";

/// A length or place in the drawing's units, to a tenth: "12.5", "-3". What can't be drawn is put at the edge of
/// reason.
inline std::string coordinate(double value) {
    constexpr double farthest = 1e6;
    if (!(value > -farthest)) value = -farthest;
    if (value > farthest) value = farthest;
    const auto tenths = static_cast<std::int64_t>(value * 10 + (value < 0 ? -0.5 : 0.5));
    const std::uint64_t size = static_cast<std::uint64_t>(tenths < 0 ? -tenths : tenths);
    std::string text = tenths < 0 ? "-" : "";
    text += digits(size / 10);
    if (size % 10 != 0) text += '.' + digits(size % 10);
    return text;
}

/// The d of a <path>, piece by piece, as short as its numbers allow.
class path_data {
public:
    path_data& move_to(double x, double y) { return put('M', x, y); }
    path_data& line_to(double x, double y) { return put('L', x, y); }
    path_data& close() { return text_ += 'Z', *this; }
    path_data& stroke(double x1, double y1, double x2, double y2) { return move_to(x1, y1).line_to(x2, y2); }

    bool empty() const { return text_.empty(); }
    const std::string& text() const { return text_; }

private:
    std::string text_;

    path_data& put(char command, double x, double y) {
        text_ += command + coordinate(x) + ' ' + coordinate(y);
        return *this;
    }
};

class svg {
public:
    /// `label` is what a screen reader says of the drawing.
    svg(double width, double height, std::string_view label) {
        text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sluice-svg\" viewBox=\"0 0 ";
        text_ += coordinate(width) + ' ' + coordinate(height) + "\" width=\"" + coordinate(width) +
                 "\" role=\"img\" aria-label=\"" + escaped(label) + "\"><style>";
        text_ += svg_style;
        text_ += "</style>\n";
        rectangle(0, 0, width, height, "paper");
    }

    // `style` names one or more of the classes above; `hint` is shown when the pointer rests on the shape.
    svg& path(const path_data& data, std::string_view style, std::string_view hint = {}) {
        if (data.empty()) return *this;
        return element("path", " d=\"" + data.text() + '"', style, hint);
    }
    svg& line(double x1, double y1, double x2, double y2, std::string_view style) {
        return path(path_data().stroke(x1, y1, x2, y2), style);
    }
    svg& rectangle(double x, double y, double width, double height, std::string_view style) {
        return element("rect", attribute("x", x) + attribute("y", y) + attribute("width", width) +
                                   attribute("height", height), style, {});
    }
    svg& write(double x, double y, std::string_view content, std::string_view style = {}) {
        text_ += "<text" + attribute("x", x) + attribute("y", y) + classes(style) + '>';
        text_ += escaped(content) + "</text>\n";
        return *this;
    }

    std::string text() const { return text_ + "</svg>\n"; }

private:
    std::string text_;

    static std::string attribute(std::string_view key, double value) {
        return ' ' + std::string(key) + "=\"" + coordinate(value) + '"';
    }
    static std::string classes(std::string_view style) {
        return style.empty() ? std::string() : " class=\"" + std::string(style) + '"';
    }
    svg& element(std::string_view tag, const std::string& attributes, std::string_view style, std::string_view hint) {
        text_ += '<' + std::string(tag) + classes(style) + attributes;
        text_ += hint.empty() ? "/>\n" : "><title>" + escaped(hint) + "</title></" + std::string(tag) + ">\n";
        return *this;
    }
};

/// About how wide text comes out, for whoever must leave room: in the 13 px of prose, and the 12 px of .mono.
constexpr double text_width(std::string_view text) { return 7.0 * static_cast<double>(text.size()); }
constexpr double mono_width(std::string_view text) { return 7.3 * static_cast<double>(text.size()); }

}  // namespace sluice::trace
