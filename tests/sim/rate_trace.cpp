// SPDX-License-Identifier: MIT
// Capacity traces: what their text may be, and that a link delivers exactly 1500 octets for each opportunity. The
// control is a link of the same mean rate.
#include <doctest/doctest.h>

#include <numeric>
#include <string>

#include "link_rig.hpp"

using namespace sluice;
using lab::drop_cause;
using lab::rig;
using sim::rate_trace;
using sim::read_rate_trace;
using times = std::vector<std::uint64_t>;

namespace {

/// Uneven, with several in one millisecond and a gap of 40 ms.
const rate_trace uneven{{1, 1, 1, 2, 5, 9, 10, 50, 50, 50, 50, 50, 51, 51, 60}};

/// So many octets at a time, always enough of them waiting.
rig saturated(const sim::link_settings& s, std::size_t length, duration lasting) {
    rig r(s);
    for (int i = 0; i < 2000; ++i) r.offer(length);
    r.run(instant(lasting));
    REQUIRE(!r.link.queue().backlog().empty());
    return r;
}
std::size_t delivered_by(const rig& r, instant time) {
    std::size_t octets = 0;
    for (const auto& each : r.arrivals) octets += each.at <= time ? each.data.size() : 0;
    return octets;
}

}  // namespace

TEST_CASE("a trace is a time in milliseconds a line, in order") {
    CHECK(read_rate_trace("0\n0\n3\n7\n").trace.opportunities_ms == times{0, 0, 3, 7});
    CHECK(read_rate_trace("1\r\n2\r\n").trace.opportunities_ms == times{1, 2});
    CHECK(read_rate_trace("5").trace.opportunities_ms == times{5});
    CHECK(read_rate_trace("1000000000000\n"));
}

TEST_CASE("what is no trace is refused, with the line and the reason") {
    struct wrong {
        const char* text;
        std::size_t line;
        const char* problem;
    };
    for (const wrong& each : {wrong{"", 1, "no delivery opportunity"},
                              {"0\n0\n", 2, "the last time is 0: the trace takes no time"},
                              {"1\n\n2\n", 2, "not a time in milliseconds"},
                              {"\n", 1, "not a time in milliseconds"},
                              {"1\n2\nx\n", 3, "not a time in milliseconds"},
                              {"1\n-2\n", 2, "not a time in milliseconds"},
                              {"1\n2.5\n", 2, "not a time in milliseconds"},
                              {" 1\n", 1, "not a time in milliseconds"},
                              {"1 \n", 1, "not a time in milliseconds"},
                              {"+1\n", 1, "not a time in milliseconds"},
                              {"99999999999999999999999\n", 1, "not a time in milliseconds"},
                              {"1000000000001\n", 1, "not a time in milliseconds"},
                              {"1\n5\n4\n", 3, "a time before that of the line above"}}) {
        const auto reading = read_rate_trace(each.text);
        CHECK_FALSE(reading);
        CHECK(reading.line == each.line);
        CHECK(std::string(reading.problem) == each.problem);
        CHECK(reading.trace.empty());
    }
}

TEST_CASE("period, mean rate and the number of opportunities by a time") {
    CHECK(uneven.period() == 60ms);
    CHECK(uneven.rate() == 3'000'000);  // 15 · 12,000 bits in 60 ms
    CHECK(uneven.opportunities_by(0ms) == 0);
    CHECK(uneven.opportunities_by(1ms - 1ns) == 0);
    CHECK(uneven.opportunities_by(1ms) == 3);
    CHECK(uneven.opportunities_by(49ms) == 7);
    CHECK(uneven.opportunities_by(60ms) == 15);
    CHECK(uneven.opportunities_by(60s) == 15'000);
    CHECK(rate_trace{{0, 0, 10}}.opportunities_by(0ms) == 2);
    CHECK(rate_trace{{0, 0, 10}}.opportunities_by(10ms) == 5);  // the last, and two of the next round
}

TEST_CASE("a saturated link has delivered 1500 octets for each opportunity, at every millisecond") {
    const rig r = saturated({.trace = uneven}, 1500, 400ms), control = saturated({.rate = uneven.rate()}, 1500, 400ms);
    bool is_same = true;
    for (int ms = 0; ms <= 400; ++ms) {
        CHECK(delivered_by(r, instant(ms * 1ms)) == uneven.opportunities_by(ms * 1ms) * 1500);
        is_same = is_same && delivered_by(control, instant(ms * 1ms)) == uneven.opportunities_by(ms * 1ms) * 1500;
    }
    CHECK_FALSE(is_same);
}

TEST_CASE("small packets share an opportunity, large ones take several, and no octet is lost between them") {
    for (const std::size_t length : {100u, 500u, 1000u, 1501u, 2250u, 4000u, 9000u}) {
        const rig r = saturated({.trace = uneven}, length, 120ms);
        for (int ms = 0; ms <= 120; ++ms) {
            const std::uint64_t capacity = uneven.opportunities_by(ms * 1ms) * 1500;
            CHECK(delivered_by(r, instant(ms * 1ms)) == capacity / length * length);
        }
    }
}

TEST_CASE("what nobody uses is lost: a packet leaves at the next opportunity, with those that wait beside it") {
    rig r({.trace = rate_trace{{10, 10, 20}}, .delay = 3ms});
    r.run(instant(5ms));
    r.offer(1000);
    r.offer(500);  // the same opportunity
    r.offer(100);  // the next, of the same time
    r.run(instant(10ms));
    r.offer(100);  // too late for what is left of that one
    r.run(instant(19999us));
    r.offer(1400);  // shares the one at 20 ms
    r.offer(100);   // and this one waits for the next round
    r.run();
    REQUIRE(r.arrivals.size() == 6);
    CHECK(r.arrivals[0].at == instant(13ms));
    CHECK(r.arrivals[0].queued == 5ms);
    CHECK(r.arrivals[1].at == instant(13ms));
    CHECK(r.arrivals[2].at == instant(13ms));
    CHECK(r.arrivals[3].at == instant(23ms));
    CHECK(r.arrivals[4].at == instant(23ms));
    CHECK(r.arrivals[5].at == instant(33ms));
}

// A year and 7 ms after the beginning: one event for the opportunity and one for the arrival, not one for each that has
// passed.
TEST_CASE("an idle link of a trace costs nothing") {
    rig r({.trace = rate_trace{{3, 10}}});
    const instant year(24h * 365);
    r.run(year + 7ms);
    r.offer(1500);
    CHECK(r.events.size() == 1);
    r.run();
    REQUIRE(r.arrivals.size() == 1);
    CHECK(r.arrivals[0].at == year + 10ms);
}

TEST_CASE("packets wait for an opportunity in the queue, where the limits and the discipline see them") {
    rig r({.trace = rate_trace{{100}}, .queue_packets = 4});
    for (int i = 0; i < 6; ++i) r.offer(1500);
    CHECK(r.link.queue().backlog().packets == 4);
    CHECK(r.dropped(drop_cause::queue_full) == std::vector<std::uint64_t>{4, 5});

    // CoDel sees waits of 100 ms and more, above its target from the first on: from the second on packets may go.
    rig codel({.trace = rate_trace{{100}}, .discipline = sim::codel_settings{}});
    for (int i = 0; i < 20; ++i) codel.offer(1500);
    codel.run();
    CHECK(codel.dropped(drop_cause::aqm).front() == 1);
    CHECK(codel.times(lab::packet_event::dropped, drop_cause::aqm).front() == instant(200ms));
}
