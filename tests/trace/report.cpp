// SPDX-License-Identifier: MIT
// The report: one file, well-formed, that needs nothing else.
#include <doctest/doctest.h>

#include <cstdio>

#include <sluice/trace/chart.hpp>
#include <sluice/trace/report.hpp>

#include "xml_check.hpp"

using namespace sluice::trace;

namespace {

html_report example() {
    html_report report("A & B");
    report.heading("Part <1>").paragraph("x < y & \"z\"").listing("a  b\n c\n");
    report.table({"policy", "time", "sent", "note"},
        {{"reno", "1.5 s", "12", "10 segments here"}, {"fixed_window", "-0.25 s", "-", "<none>"},
            {"3rd", "7 ms", "1"}});
    report.figure("A caption & more",
        chart("c", {"t", unit::seconds}, {"y", unit::none}).line("l", tone::blue, {{0, 1}, {1, 2}}).text());
    return report;
}

}  // namespace

TEST_CASE("a report is well-formed and holds what was added, in that order") {
    const std::string text = example().text();
    CHECK(xml::fault(text) == "");
    CHECK(text.substr(0, 15) == "<!DOCTYPE html>");
    std::size_t at = 0;
    for (const char* part : {"<title>A &amp; B</title>", "<h1>A &amp; B</h1>", "<h2>Part &lt;1&gt;</h2>",
             "<p>x &lt; y &amp; &quot;z&quot;</p>", "<pre>a  b\n c\n</pre>", "<table>", "&lt;none&gt;", "</table>",
             "<svg ", "<figcaption>A caption &amp; more</figcaption>"}) {
        const std::size_t next = text.find(part, at);
        REQUIRE_MESSAGE(next != text.npos, part);
        at = next;
    }
}

TEST_CASE("a report refers to nothing outside itself") {
    const std::string text = example().text();
    CHECK(xml::count(text, "://") == xml::count(text, "xmlns=\"http://"));
    for (const char* outside : {"href", "src=", "@import", "url(", "<script", "<link"})
        CHECK(xml::count(text, outside) == 0);
    CHECK(text.find("prefers-color-scheme:dark") != text.npos);
}

TEST_CASE("columns of numbers are flush right, with or without units and missing values; others aren't") {
    const std::string text = example().text();
    for (const char* part : {"<th>policy</th>", "<th class=\"number\">time</th>", "<th class=\"number\">sent</th>",
             "<th>note</th>", "<td class=\"number\">-0.25 s</td>", "<td class=\"number\">-</td>",
             "<td>10 segments here</td>", "<td>3rd</td>"})
        CHECK_MESSAGE(xml::count(text, part) == 1, part);
}

TEST_CASE("what is a number is decided by all of its column") {
    const auto is_number_column = [](std::vector<html_report::row> rows) {
        return html_report("").table({"h"}, rows).text().find("<th class=\"number\">h</th>") != std::string::npos;
    };
    CHECK(is_number_column({{"1"}, {"2.5"}, {"+3"}, {"45 %"}, {"45%"}, {"1.2 MiB/s"}, {""}, {"–"}}));
    CHECK_FALSE(is_number_column({{"1"}, {"x"}}));
    CHECK_FALSE(is_number_column({{"10.0.0.1"}}));
    CHECK_FALSE(is_number_column({{"2 of 3"}}));
    CHECK_FALSE(is_number_column({{"-"}}));
    CHECK_FALSE(is_number_column({{"-x"}}));
    CHECK_FALSE(is_number_column({{"1 "}}));
    CHECK_FALSE(is_number_column({}));
}

TEST_CASE("a row of the wrong length is filled or cut to the header's") {
    const std::string text = html_report("").table({"a", "b"}, {{"x"}, {"y", "z", "surplus"}}).text();
    CHECK(text.find("<tr><td>x</td><td></td></tr>") != text.npos);
    CHECK(text.find("surplus") == text.npos);
}

TEST_CASE("a saved report is its text, and a path that can't be written is reported") {
    const std::string path = "sluice_test_report.html", expected = example().text();
    REQUIRE(example().save(path));
    std::FILE* file = std::fopen(path.c_str(), "rb");
    REQUIRE(file);
    std::string read(expected.size() + 1, '\0');
    read.resize(std::fread(read.data(), 1, read.size(), file));
    std::fclose(file);
    std::remove(path.c_str());
    CHECK(read == expected);
    CHECK_FALSE(example().save("no/such/directory/report.html"));
}
