// SPDX-License-Identifier: MIT
// Congestion windows over time.
#include <doctest/doctest.h>

#include <sluice/trace/window_plot.hpp>

#include "xml_check.hpp"

using namespace sluice;
using namespace sluice::trace;

namespace {

const std::vector<window_sample> samples{
    {instant(0s), 10240, 1u << 30, 5120, 0ms},
    {instant(5s), 102400, 51200, 81920, 50ms},
    {instant(10s), 51200, 51200, 51200, 100ms},
};

double y_of(double octets) { return 96 + (1 - octets / 102400) * 320; }

}  // namespace

TEST_CASE("cwnd, pipe and ssthresh are steps at their values") {
    const std::string text = window_plot(samples);
    CHECK(xml::fault(text) == "");
    for (const char* part : {">cwnd<", ">pipe<", ">ssthresh<", ">window (KiB)<", ">time (s)<"})
        CHECK_MESSAGE(xml::count(text, part) == 1, part);
    const auto cwnd = xml::vertices(xml::paths(text, "stroke dashed blue").at(1));  // the first is the legend's
    REQUIRE(cwnd.size() == 5);
    CHECK(cwnd[0].y == doctest::Approx(y_of(10240)).epsilon(0.001));
    CHECK(cwnd[2].y == doctest::Approx(y_of(102400)).epsilon(0.001));
    CHECK(cwnd[4].y == doctest::Approx(y_of(51200)).epsilon(0.001));
    CHECK(xml::paths(text, "stroke blue").empty());  // dashed, so that the pipe shows through where both are one
    const auto pipe = xml::vertices(xml::paths(text, "stroke green").at(1));
    CHECK(pipe[2].y == doctest::Approx(y_of(81920)).epsilon(0.001));
}

TEST_CASE("an ssthresh out of sight begins when it comes down, and one that never does is not mentioned") {
    const auto ssthresh = xml::vertices(xml::paths(window_plot(samples), "stroke dashed grey").at(1));
    CHECK(ssthresh[0].x == doctest::Approx(502));  // at 5 s
    CHECK(ssthresh[0].y == doctest::Approx(y_of(51200)).epsilon(0.001));
    std::vector<window_sample> unset = samples;
    for (window_sample& sample : unset) sample.ssthresh = 0xFFFFFFFF;
    CHECK(window_plot(unset).find("ssthresh") == std::string::npos);
}

TEST_CASE("the cwnd of who has no congestion control is told of, not drawn, and does not press the pipe flat") {
    std::vector<window_sample> unbounded = samples;
    for (window_sample& sample : unbounded) sample.cwnd = 1u << 30, sample.ssthresh = 0xFFFFFFFF;
    const std::string text = window_plot(unbounded);
    CHECK(xml::count(text, ">Congestion window (cwnd: unbounded)<") == 1);
    CHECK(xml::paths(text, "stroke dashed blue").empty());
    CHECK(window_plot(samples).find("unbounded") == std::string::npos);
    CHECK(window_plot({}).find("unbounded") == std::string::npos);
    const auto pipe = xml::vertices(xml::paths(text, "stroke green").at(1));
    CHECK(pipe[0].y - pipe[2].y > 200);  // 5 to 80 KiB, of 320 from bottom to top
}

TEST_CASE("an SRTT is drawn from its first sample on, in milliseconds") {
    const std::string text = srtt_plot(samples);
    CHECK(xml::fault(text) == "");
    CHECK(text.find(">SRTT (ms)<") != text.npos);
    const auto srtt = xml::vertices(xml::paths(text, "stroke purple").at(0));
    REQUIRE(srtt.size() == 3);
    CHECK(srtt[0].x == doctest::Approx(502));
    CHECK(srtt[0].y - srtt[2].y == doctest::Approx(160));
}

TEST_CASE("no samples, no curves") {
    CHECK(xml::fault(window_plot({})) == "");
    CHECK(xml::fault(srtt_plot({})) == "");
}
