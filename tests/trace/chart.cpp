// SPDX-License-Identifier: MIT
// Charts: where things are drawn, that nothing is lost by thinning, and how large a file gets.
#include <doctest/doctest.h>

#include <limits>

#include <sluice/trace/chart.hpp>

#include "xml_check.hpp"

using namespace sluice::trace;

namespace {

chart plain() { return chart("A title", {"time", unit::seconds}, {"value", unit::none}); }

std::vector<xml::vertex> curve(const std::string& text, const char* style) {
    const auto all = xml::paths(text, style);
    REQUIRE(!all.empty());
    return xml::vertices(all.front());
}

}  // namespace

TEST_CASE("a chart without any data is still a chart") {
    CHECK(xml::fault(plain().text()) == "");
    CHECK(xml::fault(plain().line("nothing", tone::blue, {}).text()) == "");
    CHECK(plain().line("nothing", tone::blue, {}).text().find("nothing") == std::string::npos);
}

TEST_CASE("a chart has its title, axis titles, tick labels and legend, escaped") {
    const std::string text = chart("a & b", {"time", unit::seconds}, {"size", unit::octets})
                                 .line("c < d", tone::blue, {{0, 0}, {2, 100 * 1024}})
                                 .text();
    CHECK(xml::fault(text) == "");
    for (const char* part : {">a &amp; b<", ">time (s)<", ">size (KiB)<", ">c &lt; d<", ">0.2<", ">2.0<", ">100<"})
        CHECK_MESSAGE(xml::count(text, part) == 1, part);
}

TEST_CASE("values are drawn to scale: right is later, up is more") {
    const std::string text = plain().line("", tone::blue, {{10, 0}, {15, 50}, {20, 100}}).text();
    const auto v = curve(text, "stroke blue");
    REQUIRE(v.size() == 3);
    CHECK(v[0].x == 72);
    CHECK(v[2].x == 932);
    CHECK(v[1].x == doctest::Approx((72 + 932) / 2));
    CHECK(v[0].y - v[2].y == doctest::Approx(320));
    CHECK(v[1].y == doctest::Approx((v[0].y + v[2].y) / 2));
}

TEST_CASE("zero is always on the y axis, and what is below it, too") {
    const auto high = curve(plain().line("", tone::blue, {{0, 90}, {1, 100}}).text(), "stroke blue");
    CHECK(high[0].y - high[1].y == doctest::Approx(32));  // a tenth of the height: the axis begins at 0
    CHECK(plain().line("", tone::blue, {{0, -5}, {1, 5}}).text().find(">-4<") != std::string::npos);
}

TEST_CASE("steps hold a value until the next one, and stop at a gap") {
    const double gap = std::numeric_limits<double>::quiet_NaN();
    const auto v =
        curve(plain().steps("", tone::green, {{0, 0}, {2, 100}, {4, 100}, {6, gap}, {8, 50}, {10, 50}}).text(),
            "stroke green");
    std::string commands;
    for (const auto& each : v) commands += each.command;
    CHECK(commands == "MLLLLML");
    CHECK(v[1].x == v[2].x);  // straight up
    CHECK(v[1].y == v[0].y);
    CHECK(v[3].y == v[2].y);
    CHECK(v[4].x == doctest::Approx(72 + 0.6 * 860));  // held until the gap
    CHECK(v[5].x == doctest::Approx(72 + 0.8 * 860));
}

TEST_CASE("bars stand from their low to their high value, apart from each other, and never vanish") {
    const auto v = curve(
        plain().bars("", tone::blue, {{0, 0, 50}, {0, 50, 100}, {1, 40, 40}}).text(), "bar blue");
    REQUIRE(v.size() == 6);
    const double height = 320, shortened = 2 * 0.6;
    CHECK(v[1].y - v[0].y == doctest::Approx(height / 2 - shortened).epsilon(0.01));
    CHECK(v[0].y > v[1].y - height);
    CHECK(std::min(v[0].y, v[2].y) != std::max(v[0].y, v[2].y));
    CHECK(v[5].y - v[4].y == doctest::Approx(2));
}

TEST_CASE("bands are shaded behind everything else") {
    const std::string text = plain()
                                 .line("", tone::blue, {{0, 0}, {10, 1}})
                                 .bands("recovery", tone::orange, {{2, 4}, {6, 6}})
                                 .text();
    CHECK(xml::fault(text) == "");
    CHECK(text.find("x=\"244\" y=\"96\" width=\"172\" height=\"320\"") != text.npos);
    CHECK(text.find("width=\"1\" height=\"320\"") != text.npos);  // one without extent is still seen
    CHECK(text.rfind("band orange") < text.find("\"stroke blue\""));
}

TEST_CASE("a long legend goes on in a second row and moves the plot down") {
    chart many = plain();
    for (int i = 0; i < 6; ++i) many.line("no_congestion_control", tone::blue, {{0, 1}, {1, 2}});
    const std::string text = many.text();
    CHECK(xml::count(text, "y=\"60\">no_congestion_control<") == 4);
    CHECK(xml::count(text, "y=\"82\">no_congestion_control<") == 2);
    CHECK(text.find("viewBox=\"0 0 960 490\"") != text.npos);
    CHECK(plain().line("one", tone::blue, {{0, 1}, {1, 2}}).text().find("viewBox=\"0 0 960 468\"") != text.npos);
}

TEST_CASE("a million samples make less than a megabyte and keep a spike of one sample") {
    std::vector<point> samples;
    std::vector<bar> columns;
    std::uint32_t noise = 1;
    for (int i = 0; i < 1'000'000; ++i) {
        noise = noise * 1664525 + 1013904223;
        const double y = 100 + (noise >> 24);
        samples.push_back({i * 1e-3, y});
        columns.push_back({i * 1e-3, y, y + 1});
    }
    samples[777'777].y = 1000;
    columns[777'777].high = 1000;
    const double spike = 72 + 860 * 777'777 / 999'999.0;
    const auto keeps_spike = [&](const std::string& text, const char* style) {
        bool found = false;
        for (const auto& v : curve(text, style))
            if (v.y == 74 || v.y == doctest::Approx(74.6)) found = found || (v.x > spike - 1 && v.x < spike + 1);
        return found;
    };
    const std::string line = plain().line("", tone::blue, samples).text();
    CHECK(line.size() < 1'000'000);
    CHECK(keeps_spike(line, "stroke blue"));
    const std::string steps = plain().steps("", tone::blue, samples).text();
    CHECK(steps.size() < 1'000'000);
    CHECK(keeps_spike(steps, "stroke blue"));
    const std::string dots = plain().dots("", tone::red, samples).text();
    CHECK(dots.size() < 1'000'000);
    CHECK(keeps_spike(dots, "dot red"));
    const std::string bars = plain().bars("", tone::green, columns).text();
    CHECK(bars.size() < 1'000'000);
    CHECK(keeps_spike(bars, "bar green"));
}

TEST_CASE("the same data draws the same picture, octet for octet") {
    const auto draw = [] { return plain().line("a", tone::blue, {{0, 1.0 / 3}, {1, 2.0 / 3}}).text(); };
    CHECK(draw() == draw());
}
