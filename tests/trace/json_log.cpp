// SPDX-License-Identifier: MIT
// trace/json_log.hpp: a hand-made sequence of decisions as exactly this text; and a transfer's, line by line.
#include <doctest/doctest.h>

#include <array>

#include <sluice/sim/scenario.hpp>
#include <sluice/trace/json_log.hpp>
#include <sluice/trace/traced.hpp>

using namespace sluice;
using trace::decision;
using trace::told;

namespace {

constexpr std::uint32_t none = 1u << 30;

const std::array decisions{
    decision{.at = instant(40ms), .connection = 7, .what = told::start, .window = 14600, .ssthresh = none},
    decision{.at = instant(80500us),
             .connection = 7,
             .what = told::ack,
             .window_before = 14600,
             .window = 16060,
             .ssthresh = none,
             .in_flight = 13140,
             .newly_acked = 1460,
             .rtt = 40ms,
             .min_rtt = 40ms,
             .srtt = 40ms},
    decision{.at = instant(81ms), .connection = 8, .what = told::ack, .window = 1, .ssthresh = none},  // another's
    decision{.at = instant(90ms), .connection = 7, .what = told::congestion, .window = 8030, .ssthresh = 8030,
             .in_flight = 12000, .in_recovery = true},
    decision{.at = instant(90ms), .connection = 7, .what = told::ack, .window = 8030, .ssthresh = 8030,
             .in_flight = 12000, .newly_lost = 1460, .in_recovery = true, .rtt = 41ms, .min_rtt = 40ms,
             .srtt = 40125us},
    decision{.at = instant(1s), .connection = 7, .what = told::timeout, .window = 1460, .ssthresh = 4000,
             .in_flight = 8030},
    decision{.at = instant(1100ms), .connection = 7, .what = told::ack, .window = 5000, .ssthresh = 4000,
             .in_flight = 8030, .min_rtt = 40ms},
    decision{.at = instant(1200ms), .connection = 7, .what = told::ack, .window = 5000, .ssthresh = 4000,
             .in_flight = 8030, .app_limited = true},
};

// clang-format off
constexpr std::string_view head =
    R"({"qlog_version":"0.3","qlog_format":"JSON-SEQ","title":"a \"race\"","trace":{"vantage_point":{"type":"client"},"common_fields":{"time_format":"absolute"}}})";
constexpr std::array<std::string_view, 12> lines{
    R"({"time":40.000000,"name":"recovery:metrics_updated","data":{"congestion_window":14600}})",
    R"({"time":40.000000,"name":"recovery:congestion_state_updated","data":{"new":"slow_start"}})",
    R"({"time":80.500000,"name":"recovery:metrics_updated","data":{"min_rtt":40.000000,"smoothed_rtt":40.000000,"latest_rtt":40.000000,"congestion_window":16060,"bytes_in_flight":13140}})",
    R"({"time":90.000000,"name":"recovery:metrics_updated","data":{"congestion_window":8030,"bytes_in_flight":12000,"ssthresh":8030}})",
    R"({"time":90.000000,"name":"recovery:congestion_state_updated","data":{"old":"slow_start","new":"recovery"}})",
    R"({"time":90.000000,"name":"recovery:packet_lost","data":{"raw":{"length":1460}}})",
    R"({"time":90.000000,"name":"recovery:metrics_updated","data":{"smoothed_rtt":40.125000,"latest_rtt":41.000000}})",
    R"({"time":1000.000000,"name":"recovery:packet_lost","data":{"raw":{"length":8030},"trigger":"pto_expired"}})",
    R"({"time":1000.000000,"name":"recovery:metrics_updated","data":{"congestion_window":1460,"bytes_in_flight":8030,"ssthresh":4000}})",
    R"({"time":1000.000000,"name":"recovery:congestion_state_updated","data":{"old":"recovery","new":"slow_start"}})",
    R"({"time":1100.000000,"name":"recovery:metrics_updated","data":{"congestion_window":5000}})",
    R"({"time":1100.000000,"name":"recovery:congestion_state_updated","data":{"old":"slow_start","new":"congestion_avoidance"}})",
};
constexpr std::string_view last =
    R"({"time":1200.000000,"name":"recovery:congestion_state_updated","data":{"old":"congestion_avoidance","new":"application_limited"}})";
// clang-format on

std::string expected(std::string_view before_each) {
    std::string out;
    const auto add = [&](std::string_view line) { out += std::string(before_each) + std::string(line) + '\n'; };
    add(head);
    for (const std::string_view line : lines) add(line);
    add(last);
    return out;
}

}  // namespace

TEST_CASE("metrics when they change, the state when it changes, what was lost: one connection's, a line each") {
    CHECK(trace::to_json(decisions, 7, trace::json_log::form::lines, "a \"race\"") == expected(""));
}

TEST_CASE("as a JSON text sequence each object stands behind a record separator") {
    CHECK(trace::to_json(decisions, 7, trace::json_log::form::sequence, "a \"race\"") == expected("\x1e"));
}

TEST_CASE("of a transfer: as many episodes as the connection had, and the last window that it had") {
    trace::json_log log;
    using watched = tcp<trace::traced<reno, trace::json_log>>;
    const auto r = sim::transfer<watched, tcp<reno>>(
        {.rate = 10'000'000, .delay = 20ms, .queue = 30, .octets = 2 << 20}, {.congestion = {.sink = &log}});
    REQUIRE(r.complete);
    const auto count = [&](std::string_view what) {
        std::uint64_t n = 0;
        for (std::size_t at = log.text().find(what); at != std::string::npos; at = log.text().find(what, at + 1)) ++n;
        return n;
    };
    CHECK(r.recoveries > 0);
    CHECK(count("\"new\":\"recovery\"") == r.recoveries);
    CHECK(count("pto_expired") == r.timeouts);
    CHECK(count("\"trace\":") == 1);
    const std::size_t at = log.text().rfind("\"congestion_window\":");
    REQUIRE(at != std::string::npos);
    CHECK(std::atol(log.text().c_str() + at + 20) == r.samples.back().cwnd);
}
