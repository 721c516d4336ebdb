// SPDX-License-Identifier: MIT
// state/diagram.hpp: README's picture is what it prints, every row that moves is in every picture, the SVG is
// well-formed and needs nothing from outside. (That no label lies on another is asked of the boxes that the texts
// take.)
#include <doctest/doctest.h>

#include <sluice/policy/lifecycle/client_only.hpp>
#include <sluice/policy/lifecycle/server_only.hpp>
#include <sluice/state/diagram.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "trace/xml_check.hpp"

namespace {

using namespace sluice;

const auto as_mermaid = [](const auto& table, auto&& put) { diagram::mermaid(table, put); };
const auto as_dot = [](const auto& table, auto&& put) { diagram::dot(table, put); };
const auto as_svg = [](const auto& table, auto&& put) { diagram::svg(table, put); };

std::string printed(auto print, const auto& table) {
    std::string out;
    print(table, [&](std::string_view text) { out += text; });
    return out;
}
std::string printed(auto print) { return printed(print, rfc9293_table); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// It runs in the compiler too.
constexpr std::size_t length_of_svg() {
    std::size_t length = 0;
    diagram::svg(rfc9293_table, [&](std::string_view text) { length += text.size(); });
    return length;
}

}  // namespace

TEST_CASE("README shows the diagram that the table prints") {
    std::ifstream file(SLUICE_README);
    std::stringstream readme;
    readme << file.rdbuf();
    const std::string begin = "<!-- diagram -->\n", end = "<!-- diagram end -->";
    const std::string text = readme.str();
    REQUIRE(has(text, begin));
    REQUIRE(has(text, end));
    const std::size_t from = text.find(begin) + begin.size();
    CHECK(text.substr(from, text.find(end) - from) == "```mermaid\n" + printed(as_mermaid) + "```\n");
}

TEST_CASE("Mermaid has figure 5's arrows, both origins of SYN-RECEIVED as one state") {
    const std::string text = printed(as_mermaid);
    CHECK(text.starts_with("stateDiagram-v2\n"));
    CHECK(count(text, "state \"SYN-RECEIVED\" as SYN_RECEIVED\n") == 1);
    CHECK(count(text, " --> ") ==
          1 + 20);  // the arrows of figure 5, with its SYN-RECEIVED to LISTEN among the early ends,
                    // TIME-WAIT to itself, and the one into the figure
    CHECK(count(text, "SYN_RECEIVED --> ESTABLISHED : ACK of SYN / connected\n") == 1);
    CHECK(count(text, "SYN_RECEIVED --> FIN_WAIT_1 : CLOSE / queue FIN\n") == 1);
    CHECK(has(text, "    FIN_WAIT_2 --> TIME_WAIT : FIN / peer closed, start 2MSL\n"));
    CHECK(has(text, "        SYN-RECEIVED (passive) to LISTEN on RST / forget peer\n"));
    CHECK(has(text, "        SYN-RECEIVED (active) to CLOSED on RST / refused, release\n"));
    CHECK(has(text,
              "        SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT to CLOSED on ABORT / send RST"));
    CHECK(!has(text, "cannot"));
}

TEST_CASE("every row that moves is in every picture") {
    const std::string mermaid = printed(as_mermaid), dot = printed(as_dot), svg = printed(as_svg);
    for (const row& r : rfc9293_table.rows) {
        if (r.what != outcome::moves) continue;
        std::string label = name(r.on);
        CAPTURE(label);
        CHECK(has(svg, ">" + label));
        for (std::size_t i = 0; i < action_count; ++i)
            if (r.actions.has(static_cast<action>(i))) {
                label += label == name(r.on) ? " / " : ", ";
                label += name(static_cast<action>(i));
            }
        CAPTURE(label);
        CHECK(has(mermaid, label + "\n"));
        for (std::size_t i = 0; i < state_count; ++i)
            if (const auto s = static_cast<state>(i); r.from.has(s))
                CHECK(count(dot, std::string("\"") + name(s) + "\" -> \"" + name(r.to) + "\" [label=\"" + label +
                                     "\"") == 1);
    }
}

TEST_CASE("a lifecycle without LISTEN prints none, and needs not tell SYN-RECEIVED's origin") {
    for (const std::string& text : {printed(as_mermaid, client_only::table), printed(as_dot, client_only::table),
                                    printed(as_svg, client_only::table)}) {
        CHECK(!has(text, "LISTEN"));
        CHECK(!has(text, "passive"));
        CHECK(!has(text, "(active)"));
        CHECK(has(text, "SYN-RECEIVED"));
    }
    CHECK(!has(printed(as_mermaid, server_only::table), "SYN_SENT"));
}

TEST_CASE("the SVG is well-formed, self-contained, of light and dark, and shows each state once but CLOSED") {
    const std::string text = printed(as_svg);
    CHECK(xml::fault(text) == "");
    CHECK(!has(text, "<script"));
    CHECK(count(text, "http") == 1);  // the namespace's name
    CHECK(has(text, "prefers-color-scheme:dark"));
    CHECK(count(text, "class=\"name\"") == 12);  // eleven states, CLOSED at both ends
    CHECK(count(text, ">CLOSED</text>") == 2);
    CHECK(count(text, ">SYN-RECEIVED</text>") == 1);
    CHECK(count(text, "class=\"edge\"") == 20);
    CHECK(!has(text, "marker-mid"));  // every edge of the RFC's table has its hand-chosen way
    static_assert(length_of_svg() > 5000);
}

TEST_CASE("no label lies on another, on a state or outside of the picture") {
    struct box {
        double left, top, right, bottom;
    };
    std::vector<box> boxes;
    const std::string text = printed(as_svg);
    const auto number = [&](std::size_t at, const std::string& attribute) {
        const std::size_t begin = text.find(attribute + "=\"", at);
        return std::stod(text.substr(begin + attribute.size() + 2));
    };
    for (std::size_t at = text.find("<rect class=\"state\""); at != text.npos;
         at = text.find("<rect class=\"state\"", at + 1))
        boxes.push_back({number(at, " x"), number(at, " y"), number(at, " x") + number(at, " width"),
                         number(at, " y") + number(at, " height")});
    REQUIRE(boxes.size() == 12);
    for (std::size_t at = text.find("<text"); at != text.npos; at = text.find("<text", at + 1)) {
        if (text.compare(at, 18, "<text class=\"name\"") == 0) continue;
        const std::size_t begin = text.find('>', at) + 1;
        const std::string tag = text.substr(at, begin - at);
        const double width = 7.0 * static_cast<double>(text.find('<', begin) - begin);  // a wide letter each
        const double x = number(at, " x"), base = number(at, " y");
        const double left = has(tag, "middle") ? x - width / 2 : has(tag, "\"end\"") ? x - width : x;
        boxes.push_back({left, base - 11, left + width, base + 3});
    }
    const double right_edge = std::stod(text.substr(text.find("viewBox=\"0 0 ") + 13));
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        CHECK(boxes[i].left >= 0);
        CHECK(boxes[i].right <= right_edge);
        for (std::size_t k = i + 1; k < boxes.size(); ++k) {
            CAPTURE(boxes[i].left);
            CAPTURE(boxes[i].top);
            CAPTURE(boxes[k].left);
            CAPTURE(boxes[k].top);
            CHECK((boxes[i].right <= boxes[k].left || boxes[k].right <= boxes[i].left ||
                   boxes[i].bottom <= boxes[k].top || boxes[k].bottom <= boxes[i].top));
        }
    }
}
