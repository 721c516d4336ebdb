// SPDX-License-Identifier: MIT
// The time-sequence graph: what stands where.
#include <doctest/doctest.h>

#include <sluice/trace/time_sequence.hpp>

#include "xml_check.hpp"

using namespace sluice;
using namespace sluice::trace;

namespace {

constexpr std::uint32_t iss_a = 0xFFFFF000, iss_b = 77;  // host 0's numbers wrap after 4095 octets

wire_event data(duration sent, duration arrived, std::uint32_t number, std::uint32_t length, bool again = false) {
    wire_event event;
    event.sent = instant(sent);
    event.arrived = instant(arrived);
    event.header.sequence = seq(iss_a + number);
    event.header.flags = number == 0 ? flag::syn : flag::ack;
    event.header.acknowledgment = seq(iss_b + 1);
    event.text_length = length;
    event.retransmission = again;
    return event;
}

wire_event acknowledgment(duration sent, duration arrived, std::uint32_t number, std::uint16_t window) {
    wire_event event;
    event.sent = instant(sent);
    event.arrived = instant(arrived);
    event.from = 1;
    event.header.sequence = seq(iss_b + 1);
    event.header.acknowledgment = seq(iss_a + number);
    event.header.flags = flag::ack;
    event.header.window = window;
    return event;
}

/// From 0 to 10 s, and up to 10001 octets: the y axis shows 0 to 10 KiB.
std::vector<wire_event> transfer() {
    return {data(0s, 1s, 0, 0), acknowledgment(1s, 2s, 1, 4000), data(2s, 3s, 1, 5000), data(4s, 5s, 5001, 5000),
        acknowledgment(3s, 6s, 5001, 4000), data(8s, 9s, 5001, 5000, true), acknowledgment(9s, 10s, 10001, 0)};
}

double x_of(double second) { return 72 + second / 10 * 860; }
double y_of(double octet) { return 96 + (1 - octet / 10240) * 320; }

}  // namespace

TEST_CASE("data stands as bars at the time it was sent, across the end of the sequence space") {
    const std::string text = time_sequence(transfer(), 0);
    CHECK(xml::fault(text) == "");
    const auto sent = xml::vertices(xml::paths(text, "bar blue").at(1));  // the first is the legend's
    REQUIRE(sent.size() == 6);  // SYN and two segments
    CHECK(sent[2].x == doctest::Approx(x_of(2)).epsilon(0.001));
    CHECK(sent[2].y == doctest::Approx(y_of(5001) + 0.6).epsilon(0.001));
    CHECK(sent[3].y == doctest::Approx(y_of(1) - 0.6).epsilon(0.001));
    CHECK(sent[4].x == doctest::Approx(x_of(4)).epsilon(0.001));
    CHECK(sent[4].y == doctest::Approx(y_of(10001) + 0.6).epsilon(0.001));
    CHECK(sent[5].y == doctest::Approx(y_of(5001) - 0.6).epsilon(0.001));
}

TEST_CASE("retransmissions have a colour of their own, lost segments a dot") {
    std::vector<wire_event> events = transfer();
    events[3].arrived = never;
    const std::string text = time_sequence(events, 0);
    const auto again = xml::vertices(xml::paths(text, "bar orange").at(1));
    REQUIRE(again.size() == 2);
    CHECK(again[0].x == doctest::Approx(x_of(8)).epsilon(0.001));
    CHECK(again[1].y == doctest::Approx(y_of(5001) - 0.6).epsilon(0.001));
    const auto lost = xml::vertices(xml::paths(text, "dot red").at(1));
    REQUIRE(lost.size() == 2);
    CHECK(lost[0].x == doctest::Approx(x_of(4)).epsilon(0.001));
    CHECK(lost[0].y == doctest::Approx(y_of(7501)).epsilon(0.001));
    CHECK(time_sequence(transfer(), 0).find(">lost<") == std::string::npos);
}

TEST_CASE("a retransmission is seen however much else was sent: its bar has a least height") {
    std::vector<wire_event> events = transfer();
    events.push_back(data(9s, 10s, 10001, 100, true));  // 3 of the picture's 320 units
    events.push_back(data(9500ms, 10s, 10101, 100));
    const std::string text = time_sequence(events, 0);
    const auto again = xml::vertices(xml::paths(text, "bar orange").at(1));
    REQUIRE(again.size() == 4);
    CHECK(again[3].y - again[2].y == doctest::Approx(9));
    CHECK(again[3].y == doctest::Approx(y_of(10001)).epsilon(0.001));
    const auto sent = xml::vertices(xml::paths(text, "bar blue").at(1));
    CHECK(sent.back().y - sent[sent.size() - 2].y < 4);
}

TEST_CASE("the acknowledged line and the right edge step when the sender learns of them") {
    const std::string text = time_sequence(transfer(), 0);
    const auto acked = xml::vertices(xml::paths(text, "stroke green").at(1));
    const auto edge = xml::vertices(xml::paths(text, "stroke purple").at(1));
    REQUIRE(acked.size() == 5);
    CHECK(acked[0].x == doctest::Approx(x_of(2)).epsilon(0.001));
    CHECK(acked[0].y == doctest::Approx(y_of(1)).epsilon(0.001));
    CHECK(acked[1].x == doctest::Approx(x_of(6)).epsilon(0.001));
    CHECK(acked[2].y == doctest::Approx(y_of(5001)).epsilon(0.001));
    CHECK(acked[4].x == doctest::Approx(x_of(10)).epsilon(0.001));
    CHECK(acked[4].y == doctest::Approx(y_of(10001)).epsilon(0.001));
    CHECK(edge[0].y == doctest::Approx(y_of(4001)).epsilon(0.001));
    CHECK(edge[2].y == doctest::Approx(y_of(9001)).epsilon(0.001));
    CHECK(edge[4].y == doctest::Approx(y_of(10001)).epsilon(0.001));
}

TEST_CASE("what SACK reports stands as bars at the time when the sender learns of it, across the wrap too") {
    std::vector<wire_event> events = transfer();
    CHECK(xml::paths(time_sequence(events, 0), "bar grey").empty());
    wire_event report = acknowledgment(6s, 7s, 1, 4000);
    report.options.sack = {};
    report.options.sack.push_back({seq(iss_a + 5001), seq(iss_a + 10001)});
    report.options.sack.push_back({seq(iss_a + 1001), seq(iss_a + 2001)});
    events.push_back(report);
    report.arrived = never;  // a lost one tells nothing
    events.push_back(report);
    const std::string text = time_sequence(events, 0);
    CHECK(xml::fault(text) == "");
    CHECK(text.find(">reported by SACK<") != std::string::npos);
    const auto reported = xml::vertices(xml::paths(text, "bar grey").at(1));
    REQUIRE(reported.size() == 4);
    CHECK(reported[0].x == doctest::Approx(x_of(7)).epsilon(0.001));
    CHECK(reported[0].y == doctest::Approx(y_of(10001) + 0.6).epsilon(0.001));
    CHECK(reported[1].y == doctest::Approx(y_of(5001) - 0.6).epsilon(0.001));
    CHECK(reported[2].y == doctest::Approx(y_of(2001) + 0.6).epsilon(0.001));
    CHECK(reported[3].y == doctest::Approx(y_of(1001) - 0.6).epsilon(0.001));
}

TEST_CASE("beyond four gibioctets, too, what is reported stands where it was sent") {
    constexpr std::uint32_t gibioctet = 1u << 30;
    std::vector<wire_event> events{data(0s, 1s, 0, 0)};
    for (std::uint32_t i = 0; i < 6; ++i) {
        events.push_back(data(i * 2s + 1s, i * 2s + 2s, 1 + i * gibioctet, gibioctet));
        events.push_back(acknowledgment(i * 2s + 2s, i * 2s + 3s, 1 + i * gibioctet, 4000));
    }
    events.back().options.sack.push_back({seq(iss_a + 1 + 5 * gibioctet), seq(iss_a + 1 + 6 * gibioctet)});
    const std::string text = time_sequence(events, 0);
    const auto sent = xml::vertices(xml::paths(text, "bar blue").at(1));
    const auto reported = xml::vertices(xml::paths(text, "bar grey").at(1));
    REQUIRE(sent.size() == 14);
    REQUIRE(reported.size() == 2);
    CHECK(reported[0].y == sent[12].y);
    CHECK(reported[1].y == sent[13].y);
}

TEST_CASE("a lost acknowledgment, and one that was overtaken, move nothing back") {
    std::vector<wire_event> events = transfer();
    events.push_back(acknowledgment(4s, 9500ms, 1, 4000));     // overtaken by the one for 5001
    events.push_back(acknowledgment(5s, 0s, 10002, 4000));
    events.back().arrived = never;
    const std::string text = time_sequence(events, 0);
    CHECK(xml::paths(text, "stroke green") == xml::paths(time_sequence(transfer(), 0), "stroke green"));
}

TEST_CASE("a right edge far above the data is left out, and the data keeps its height") {
    std::vector<wire_event> events = transfer();
    for (wire_event& event : events) event.header.window = 65535;
    const std::string text = time_sequence(events, 0);
    CHECK(text.find("right edge") == std::string::npos);
    CHECK(xml::paths(text, "bar blue").at(1) == xml::paths(time_sequence(transfer(), 0), "bar blue").at(1));
}

TEST_CASE("the other direction is another graph, and resets are no data") {
    const std::string text = time_sequence(transfer(), 1);
    CHECK(xml::fault(text) == "");
    CHECK(xml::paths(text, "bar blue").empty());
    std::vector<wire_event> events = transfer();
    events.push_back(data(5s, 6s, 4'000'000, 0));
    events.back().header.flags = flag::rst;
    events.back().text_length = 10;
    CHECK(xml::paths(time_sequence(events, 0), "bar blue") == xml::paths(time_sequence(transfer(), 0), "bar blue"));
    CHECK(xml::fault(time_sequence({}, 0)) == "");
}
