// SPDX-License-Identifier: MIT
//
// Prints a transition table as a picture: Mermaid, DOT, and SVG laid out in the manner of RFC 9293 figure 5. Only rows
// that move are drawn. The life of a connection, the rows that figure 5 has, is drawn as edges "event / action,
// action"; what ends it early (resets, aborts, timeouts) stands beside it, row by row, as the RFC leaves it to the
// prose. Text goes out by `put(std::string_view)`, a function of the caller's. Knows nothing of files or streams.
#pragma once

#include <string_view>
#include <type_traits>

#include <sluice/state/transition_table.hpp>

namespace sluice::diagram {

/// What figure 5 leaves to the prose.
inline constexpr event_set early_ends = event::abort | event::reset | event::syn_in_window | event::user_timeout |
                                        event::retries_exhausted | event::orphan_timeout;

/// Both SYN-RECEIVED are one place in a picture.
constexpr state place(state s) { return s == state::syn_received_active ? state::syn_received_passive : s; }

constexpr void each_state(state_set of, auto&& each) {
    for (std::size_t i = 0; i < state_count; ++i)
        if (const auto s = static_cast<state>(i); of.has(s)) each(s);
}

/// Calls `each(place)` for the states of a table.
constexpr void each_place(state_set of, auto&& each) {
    each_state(of, [&](state s) {
        if (place(s) == s || !of.has(place(s))) each(place(s));
    });
}

constexpr bool is_drawn(const row& r) { return r.what == outcome::moves && !r.from.empty(); }

/// Calls `each(row, from, to)`, by places, for every edge of a connection's life.
constexpr void each_edge(const auto& table, auto&& each) {
    for (const row& r : table.rows)
        if (is_drawn(r) && !early_ends.has(r.on)) each_place(r.from, [&](state from) { each(r, from, place(r.to)); });
}

constexpr void each_early_end(const auto& table, auto&& each) {
    for (const row& r : table.rows)
        if (is_drawn(r) && early_ends.has(r.on)) each(r);
}

constexpr void put_actions(action_set actions, auto& put) {
    bool first = true;
    for (std::size_t i = 0; i < action_count; ++i)
        if (const auto a = static_cast<action>(i); actions.has(a)) {
            if (!first) put(", ");
            put(name(a));
            first = false;
        }
}

/// "event / action, action"
constexpr void put_label(const row& r, auto& put) {
    put(name(r.on));
    if (!r.actions.empty()) put(" / ");
    put_actions(r.actions, put);
}

/// "A, B, SYN-RECEIVED (passive)": where a row takes only one of both, its origin is told.
constexpr void put_states(state_set from, state_set all, auto& put) {
    bool first = true;
    const bool one_of_two = (all & syn_received).size() == 2 && (from & syn_received).size() == 1;
    each_place(from, [&](state s) {
        if (!first) put(", ");
        put(name(s));
        if (one_of_two && syn_received.has(s))
            put(from.has(state::syn_received_passive) ? " (passive)" : " (active)");
        first = false;
    });
}

// ---- Mermaid --------------------------------------------------------------------------------------------------------

namespace detail {

/// Mermaid takes a hyphen for the beginning of an arrow.
constexpr void put_id(state s, auto& put) {
    for (const char* c = name(s); *c != 0; ++c) put(*c == '-' ? std::string_view("_") : std::string_view(c, 1));
}

}  // namespace detail

constexpr void mermaid(const auto& table, auto&& put) {
    put("stateDiagram-v2\n");
    each_place(table.states, [&](state s) {
        put("    state \"");
        put(name(s));
        put("\" as ");
        detail::put_id(s, put);
        put("\n");
    });
    put("    [*] --> CLOSED\n");
    each_edge(table, [&](const row& r, state from, state to) {
        put("    ");
        detail::put_id(from, put);
        put(" --> ");
        detail::put_id(to, put);
        put(" : ");
        put_label(r, put);
        put("\n");
    });
    put("    note right of TIME_WAIT\n        What ends it early\n");  // at the foot, where layouts have room
    each_early_end(table, [&](const row& r) {
        put("        ");
        put_states(r.from, table.states, put);
        put(" to ");
        put(name(r.to));
        put(" on ");
        put_label(r, put);
        put("\n");
    });
    put("    end note\n");
}

// ---- DOT ------------------------------------------------------------------------------------------------------------

constexpr void dot(const auto& table, auto&& put) {
    put("digraph tcp {\n    node [shape=box, style=rounded, fontname=\"sans-serif\"]\n"
        "    edge [fontname=\"sans-serif\", fontsize=10]\n");
    const auto edge = [&](const row& r, state from, std::string_view how) {
        put("    \"");
        put(name(from));
        put("\" -> \"");
        put(name(r.to));
        put("\" [label=\"");
        put_label(r, put);
        put("\"");
        put(how);
        put("]\n");
    };
    each_edge(table, [&](const row& r, state from, state) { edge(r, from, ""); });
    each_early_end(table, [&](const row& r) {
        each_place(r.from, [&](state from) { edge(r, from, ", style=dashed, color=gray, fontcolor=gray"); });
    });
    put("}\n");
}

// ---- SVG ------------------------------------------------------------------------------------------------------------

namespace detail {

struct point {
    int x, y;
};

/// Where the states stand, in the order of the enumeration; CLOSED stands at the end too, as in the RFC's figure.
inline constexpr std::array<point, state_count> places{{{500, 50},
                                                        {500, 170},
                                                        {830, 290},
                                                        {170, 290},
                                                        {170, 290},
                                                        {500, 410},
                                                        {170, 530},
                                                        {170, 670},
                                                        {830, 530},
                                                        {500, 670},
                                                        {830, 670},
                                                        {500, 790}}};
inline constexpr point closed_at_the_end{830, 790};
inline constexpr int half_width = 66, half_height = 20;

struct route {
    state from, to;
    const char* path;
    point label;  // the base line of its first line
    const char* anchor;
};

// clang-format off
inline constexpr std::array routes = std::to_array<route>({
    {state::closed,      state::listen,      "M460 70V150",                  {450, 114}, "end"},
    {state::listen,      state::closed,      "M540 150V70",                  {550, 107}, "start"},
    {state::closed,      state::syn_sent,    "M566 58H846q10 0 10 10V270",   {711,  76}, "middle"},
    {state::listen,      state::syn_sent,    "M566 170H790q10 0 10 10V270",  {683, 188}, "middle"},
    {state::syn_sent,    state::closed,      "M896 290H930q10 0 10-10V52q0-10-10-10H566", {950, 162}, "start"},
    {state::listen,      state::syn_received_passive,   "M434 170H180q-10 0-10 10V270",     {302, 162}, "middle"},
    {state::syn_sent,    state::syn_received_passive,   "M764 290H236",      {500, 282}, "middle"},
    {state::syn_received_passive, state::established,   "M200 310V400q0 10 10 10H434",      {322, 387}, "middle"},
    {state::syn_sent,    state::established, "M800 310V400q0 10-10 10H566",  {678, 387}, "middle"},
    {state::syn_received_passive, state::fin_wait_1,    "M140 310V510",      {130, 407}, "end"},
    {state::established, state::fin_wait_1,  "M460 430V510q0 10-10 10H236",  {344, 497}, "middle"},
    {state::established, state::close_wait,  "M540 430V510q0 10 10 10H764",  {656, 497}, "middle"},
    {state::fin_wait_1,  state::closing,     "M236 540H490q10 0 10 10V650",  {370, 558}, "middle"},
    {state::fin_wait_1,  state::fin_wait_2,  "M170 550V650",                 {180, 604}, "start"},
    {state::close_wait,  state::last_ack,    "M830 550V650",                 {840, 597}, "start"},
    {state::fin_wait_2,  state::time_wait,   "M170 690V780q0 10 10 10H434",  {307, 767}, "middle"},
    {state::closing,     state::time_wait,   "M500 690V770",                 {510, 727}, "start"},
    {state::last_ack,    state::closed,      "M830 690V770",                 {840, 727}, "start"},
    {state::time_wait,   state::closed,      "M566 790H764",                 {665, 767}, "middle"},
    {state::time_wait,   state::time_wait,   "M460 810v10q0 20 20 20h40q20 0 20-20v-10", {500, 858}, "middle"},
});

inline constexpr std::string_view style =
    ".tcp-states{--paper:#fff;--ink:#1b2530;--muted:#5a6672;--line:#1c6dd0;--box:#f1f6fc;max-width:100%;"
    "font:13px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif}\n"
    "@media(prefers-color-scheme:dark){.tcp-states{--paper:#12171d;--ink:#dde5ed;--muted:#98a5b3;--line:#6cb0ff;"
    "--box:#1a232d}}\n"
    ".tcp-states .paper{fill:var(--paper)}\n"
    ".tcp-states text{fill:var(--ink)}\n"
    ".tcp-states .state{fill:var(--box);stroke:var(--line);stroke-width:1.5}\n"
    ".tcp-states .name{font-weight:600;text-anchor:middle}\n"
    ".tcp-states .edge{fill:none;stroke:var(--muted);stroke-width:1.4}\n"
    ".tcp-states .tip{fill:var(--muted)}\n"
    ".tcp-states .action{fill:var(--muted);font-size:12px}\n"
    ".tcp-states .title{font-weight:600;font-size:14px}\n";
// clang-format on

constexpr void put_number(int value, auto& put) {
    char text[12];
    std::size_t at = sizeof text;
    unsigned rest = static_cast<unsigned>(value < 0 ? -value : value);
    do {
        text[--at] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) text[--at] = '-';
    put(std::string_view(text + at, sizeof text - at));
}

/// put_all(put, "a", 5, "b")
constexpr void put_all(auto& put, const auto&... parts) {
    const auto one = [&](const auto& part) {
        if constexpr (std::is_same_v<std::decay_t<decltype(part)>, int>)
            put_number(part, put);
        else
            put(part);
    };
    (one(parts), ...);
}

constexpr void put_box(state s, point at, auto& put) {
    put_all(put, "<rect class=\"state\" x=\"", at.x - half_width, "\" y=\"", at.y - half_height, "\" width=\"",
            2 * half_width, "\" height=\"", 2 * half_height, "\" rx=\"8\"/><text class=\"name\" x=\"", at.x, "\" y=\"",
            at.y + 5, "\">", name(s), "</text>\n");
}

/// The event, and below it the actions.
constexpr void put_edge_text(const row& r, point at, std::string_view anchor, auto& put) {
    put_all(put, "<text x=\"", at.x, "\" y=\"", at.y, "\" text-anchor=\"", anchor, "\">", name(r.on), "</text>");
    if (!r.actions.empty()) {
        put_all(put, "<text class=\"action\" x=\"", at.x, "\" y=\"", at.y + 15, "\" text-anchor=\"", anchor, "\">");
        put_actions(r.actions, put);
        put("</text>");
    }
    put("\n");
}

/// Its index in routes; routes.size() is none. (An address would not be a constant to g++ with -fsanitize=undefined.)
constexpr std::size_t route_of(state from, state to) {
    std::size_t at = 0;
    while (at < routes.size() && (routes[at].from != from || routes[at].to != to)) ++at;
    return at;
}

}  // namespace detail

/// Self-contained: no font, script or network; light or dark as the viewer is. An edge that the RFC's table does not
/// have is drawn straight.
constexpr void svg(const auto& table, auto&& put) {
    using namespace detail;
    int early = 0;
    each_early_end(table, [&](const row&) { ++early; });
    const int height = 930 + 20 * early;
    put_all(
        put, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tcp-states\" viewBox=\"0 0 1040 ", height,
        "\" width=\"1040\" role=\"img\"><title>The states of TCP</title>\n<style>\n", style,
        "</style>\n<defs><marker id=\"tcp-states-tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" "
        "markerHeight=\"8\" orient=\"auto\"><path class=\"tip\" d=\"M0 1L10 5L0 9z\"/></marker></defs>\n"
        "<rect class=\"paper\" width=\"1040\" height=\"",
        height, "\"/>\n");
    each_edge(table, [&](const row& r, state from, state to) {
        const point a = places[static_cast<std::size_t>(from)], b = places[static_cast<std::size_t>(to)];
        const point middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
        const std::size_t known = route_of(from, to);
        put("<path class=\"edge\" d=\"");
        if (known < routes.size()) {
            put_all(put, routes[known].path, "\" marker-end=\"url(#tcp-states-tip)\"/>");
            put_edge_text(r, routes[known].label, routes[known].anchor, put);
        } else {
            put_all(put, "M", a.x, " ", a.y, "L", middle.x, " ", middle.y, "L", b.x, " ", b.y,
                    "\" marker-mid=\"url(#tcp-states-tip)\"/>");
            put_edge_text(r, {middle.x + 8, middle.y}, "start", put);
        }
    });
    each_place(table.states, [&](state s) { put_box(s, places[static_cast<std::size_t>(s)], put); });
    put_box(state::closed, closed_at_the_end, put);
    put("<text class=\"title\" x=\"60\" y=\"910\">What ends it early</text>\n");
    int y = 915;
    each_early_end(table, [&](const row& r) {
        y += 20;
        put_all(put, "<text x=\"60\" y=\"", y, "\">");
        put_label(r, put);
        put_all(put, "</text><text class=\"action\" x=\"330\" y=\"", y, "\">");
        put_states(r.from, table.states, put);
        put_all(put, " \u2192 ", name(r.to), "</text>\n");
    });
    put("</svg>\n");
}

}  // namespace sluice::diagram
