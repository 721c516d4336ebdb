// SPDX-License-Identifier: MIT
// Drawings: well-formed, self-contained, safe.
#include <doctest/doctest.h>

#include <limits>

#include <sluice/trace/svg.hpp>

#include "xml_check.hpp"

using namespace sluice::trace;

TEST_CASE("the checker of these tests sees what is not well-formed") {
    CHECK(xml::fault("<a><b c=\"d\"/>x &lt; y</a>") == "");
    for (const char* bad : {"<a>", "<a></b>", "<a><b></a></b>", "<a b=c/>", "<a b=\"c/>", "<a>&</a>", "<a b=\"&x\"/>",
             "<a b=\"<\"/>", "</a>", "<a/><b/>", "<a/>x", "", "<a>\x01</a>", "<a b=\"1\"c=\"2\"/>",
             "<style>a<b</style>"})
        CHECK(xml::fault(bad) != "");
}

TEST_CASE("coordinates are tenths without needless digits") {
    CHECK(coordinate(0) == "0");
    CHECK(coordinate(12.34) == "12.3");
    CHECK(coordinate(12.96) == "13");
    CHECK(coordinate(-0.25) == "-0.3");
    CHECK(coordinate(-3) == "-3");
    CHECK(coordinate(-0.01) == "0");
    CHECK(coordinate(1e30) == "1000000");
    CHECK(coordinate(-1e30) == "-1000000");
    CHECK(coordinate(std::numeric_limits<double>::quiet_NaN()) == "-1000000");
}

TEST_CASE("a path is its commands") {
    CHECK(path_data().move_to(1, 2).line_to(3.5, -4).close().text() == "M1 2L3.5 -4Z");
    CHECK(path_data().stroke(0, 0, 1, 1).text() == "M0 0L1 1");
    CHECK(path_data().empty());
}

TEST_CASE("a drawing is well-formed whatever is written on it, and needs nothing from anywhere") {
    svg out(100, 50.5, "a <b> & \"c\"");
    out.write(1, 2, "<script>alert('&')</script>\x01", "muted").line(0, 0, 1, 1, "axis");
    out.path(path_data().stroke(0, 0, 1, 1), "stroke blue", "hint with \"<\"").rectangle(0, 0, 1, 1, "band red");
    out.path(path_data(), "never drawn");
    const std::string text = out.text();
    CHECK(xml::fault(text) == "");
    CHECK(text.find("viewBox=\"0 0 100 50.5\"") != text.npos);
    CHECK(text.find("<script") == text.npos);
    CHECK(text.find("never drawn") == text.npos);
    CHECK(text.find("<title>hint with &quot;&lt;&quot;</title>") != text.npos);
    CHECK(xml::count(text, "://") == 1);  // the name of SVG's namespace
    CHECK(xml::count(text, "xmlns=\"http://www.w3.org/2000/svg\"") == 1);
    for (const char* outside : {"@import", "url(", "href", " id="}) CHECK(xml::count(text, outside) == 0);
}

TEST_CASE("every tone has a colour in the light scheme and another in the dark one") {
    for (const tone t : {tone::blue, tone::orange, tone::green, tone::red, tone::purple, tone::grey}) {
        const std::string variable = "--" + std::string(name(t)) + ":#";
        const std::size_t light = svg_style.find(variable), dark = svg_style.rfind(variable);
        const std::size_t scheme = svg_style.find("prefers-color-scheme:dark");
        CHECK(light < scheme);
        CHECK(dark > scheme);
        CHECK(svg_style.substr(light, variable.size() + 6) != svg_style.substr(dark, variable.size() + 6));
        CHECK(xml::count(svg_style, "." + std::string(name(t)) + "{--tone:var(--" + std::string(name(t)) + ")}") == 1);
    }
}
