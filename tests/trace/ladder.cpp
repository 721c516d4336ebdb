// SPDX-License-Identifier: MIT
// The ladder of segments, as text and as a picture.
#include <doctest/doctest.h>

#include <sluice/trace/ladder.hpp>

#include "xml_check.hpp"

using namespace sluice;
using namespace sluice::trace;

namespace {

constexpr std::uint32_t iss[] = {0xFFFFFFFF, 300};  // text of host 0 begins at sequence number 0

wire_event segment_of(int from, duration sent, duration arrived, std::uint32_t number, std::uint32_t ack,
    tcp_flags flags, std::uint32_t text_length = 0) {
    wire_event event;
    event.sent = instant(sent);
    event.arrived = instant(arrived);
    event.from = from;
    event.header.sequence = seq(iss[from] + number);
    event.header.acknowledgment = seq(iss[1 - from] + ack);
    event.header.flags = flags;
    event.header.window = 65535;
    event.text_length = text_length;
    return event;
}

std::vector<wire_event> handshake() {
    std::vector<wire_event> events{segment_of(0, 0ms, 50ms, 0, 0, flag::syn),
        segment_of(1, 50ms, 100ms, 0, 1, flag::syn | flag::ack), segment_of(0, 100ms, 150ms, 1, 1, flag::ack)};
    events[0].options.mss = events[1].options.mss = 1460;
    return events;
}

std::vector<wire_event> with_losses() {
    std::vector<wire_event> events = handshake();
    events.push_back(segment_of(0, 100ms, 150ms, 1, 1, flag::psh | flag::ack, 1000));
    events.back().arrived = never;
    events.push_back(segment_of(0, 1300ms, 1350ms, 1, 1, flag::psh | flag::ack, 1000));
    events.back().retransmission = true;
    events.push_back(segment_of(1, 1350ms, 1400ms, 1, 1001, flag::ack));
    events.back().arrived = never;
    return events;
}

/// The shafts of arrows in the order of drawing: their paths have one stroke and are neither heads nor host lines.
std::vector<std::vector<xml::vertex>> shafts(const std::string& text) {
    std::vector<std::vector<xml::vertex>> all;
    for (const char* style : {"stroke blue", "stroke grey", "stroke orange", "stroke dashed blue", "stroke dashed grey",
             "stroke dashed orange", "stroke red"})
        for (const std::string& d : xml::paths(text, style)) all.push_back(xml::vertices(d));
    return all;
}

}  // namespace

TEST_CASE("a handshake as text") {
    CHECK(ladder_text(handshake()) ==
          "    sent   arrived  A                    B\n"
          "0.000000  0.050000  |------------------->|  S 0:0(0) win 65535 <mss 1460>\n"
          "0.050000  0.100000  |<-------------------|  S. 0:0(0) ack 1 win 65535 <mss 1460>\n"
          "0.100000  0.150000  |------------------->|  . ack 1 win 65535\n");
}

TEST_CASE("losses and retransmissions as text, with columns as wide as they need to be") {
    std::vector<wire_event> events = with_losses();
    events.push_back(segment_of(1, 120s, 120s + 50ms, 1, 1001, flag::ack));
    CHECK(ladder_text(events, instant(100ms)) ==
          "      sent     arrived  A                    B\n"
          "  0.100000    0.150000  |------------------->|  . ack 1 win 65535\n"
          "  0.100000        lost  |------------x       |  P. 1:1001(1000) ack 1 win 65535\n"
          "  1.300000    1.350000  |------------------->|  P. 1:1001(1000) ack 1 win 65535 (retransmission)\n"
          "  1.350000        lost  |       x------------|  . ack 1001 win 65535\n"
          "120.000000  120.050000  |<-------------------|  . ack 1001 win 65535\n");
}

TEST_CASE("lines stand in the order of sending, and the range includes both of its ends") {
    std::vector<wire_event> events = handshake();
    std::swap(events[0], events[2]);
    CHECK(ladder_text(events) == ladder_text(handshake()));
    const std::string middle = ladder_text(handshake(), instant(50ms), instant(50ms));
    CHECK(middle.find("S. 0:0(0) ack 1") != middle.npos);
    CHECK(xml::count(middle, "\n") == 2);
}

TEST_CASE("an empty trace is an empty ladder") {
    CHECK(ladder_text({}) == "    sent   arrived  A                    B\n");
    CHECK(xml::fault(ladder({})) == "");
}

TEST_CASE("the picture is well-formed and names hosts, times and segments") {
    const std::string text = ladder(handshake(), instant::min(), never, {"Open & shut", {"client", "<server>"}});
    CHECK(xml::fault(text) == "");
    for (const char* part : {">Open &amp; shut<", ">client<", ">&lt;server&gt;<", ">0.050000<",
             ">S 0:0(0) win 65535 &lt;mss 1460&gt;<", ">S. 0:0(0) ack 1 win 65535 &lt;mss 1460&gt;<",
             ">. ack 1 win 65535<"})
        CHECK_MESSAGE(xml::count(text, part) == 1, part);
}

TEST_CASE("arrows go from the sender's line to the receiver's and down, equal delays equally steep") {
    const std::string text = ladder(handshake());
    const auto arrows = shafts(text);
    REQUIRE(arrows.size() == 3);
    const double left = arrows[0][0].x, right = arrows[0][1].x;
    CHECK(left < right);
    CHECK(arrows[1][0].x == right);
    CHECK(arrows[1][1].x == left);
    for (const auto& arrow : arrows) CHECK(arrow[1].y - arrow[0].y == doctest::Approx(54));
    CHECK(arrows[1][0].y == arrows[0][1].y);  // the answer leaves where and when the SYN came in
    CHECK(arrows[2][0].y == arrows[1][1].y);
}

TEST_CASE("a lost segment ends in a cross on its way, a retransmission has another colour") {
    const std::string text = ladder(with_losses());
    CHECK(xml::fault(text) == "");
    const auto lost = xml::paths(text, "stroke dashed blue");
    REQUIRE(lost.size() == 1);
    const auto shaft = xml::vertices(lost[0]), whole = xml::vertices(xml::paths(text, "stroke orange").at(0));
    CHECK(shaft[1].x - shaft[0].x == doctest::Approx(0.6 * (whole[1].x - whole[0].x)).epsilon(0.01));
    const auto crosses = xml::paths(text, "bar red");
    REQUIRE(crosses.size() == 2);
    const auto cross = xml::vertices(crosses[0]);
    CHECK((cross[0].x + cross[1].x) / 2 == doctest::Approx(shaft[1].x));
    CHECK((cross[0].y + cross[1].y) / 2 == doctest::Approx(shaft[1].y));
    CHECK(xml::paths(text, "stroke orange").size() == 1);
    CHECK(xml::paths(text, "stroke dashed grey").size() == 1);
    CHECK(text.find("sent 0.100000, lost") != text.npos);
}

TEST_CASE("labels of one host never overlap, however much is sent at once") {
    std::vector<wire_event> events;
    for (std::uint32_t i = 0; i < 40; ++i) {
        events.push_back(segment_of(0, 0ms, 10ms + i * 1us, 1 + i * 100, 1, flag::ack, 100));
        events.push_back(segment_of(1, 10ms + i * 1us, 20ms + i * 1us, 1, 101 + i * 100, flag::ack));
    }
    const auto arrows = shafts(ladder(events));
    REQUIRE(arrows.size() == 80);
    for (const auto& a : arrows)
        for (const auto& b : arrows)
            if (&a != &b && a[0].x == b[0].x) {
                CHECK((a[0].y <= b[0].y - 17.9 || a[0].y >= b[0].y + 17.9));
                CHECK((a[1].y <= b[1].y - 17.9 || a[1].y >= b[1].y + 17.9));
            }
    for (const auto& a : arrows) CHECK(a[1].y > a[0].y);
}

TEST_CASE("labels fit on the page") {
    std::vector<wire_event> events{segment_of(1, 0ms, 1ms, 4'000'000'000, 4'000'000'000, flag::psh | flag::ack, 65000)};
    events.insert(events.begin(), segment_of(0, 0ms, 1ms, 0, 0, flag::syn));
    events.insert(events.begin(), segment_of(1, 0ms, 1ms, 0, 0, flag::syn));
    const std::string text = ladder(events);
    const std::string label = "P. 4000000000:4000065000(65000) ack 4000000000 win 65535";
    REQUIRE(xml::count(text, label + "<") == 1);
    const std::size_t box = text.find("viewBox=\"0 0 ") + 13;
    const std::size_t before = text.rfind("<text x=\"", text.find(">" + label + "<")) + 9;
    // twelve pixels of a typewriter's letters are about 7.2 wide
    CHECK(std::stod(text.substr(before)) + 7.2 * static_cast<double>(label.size()) < std::stod(text.substr(box)));
}

TEST_CASE("a silence is shortened, marked and named, unless a segment is under way in it") {
    const std::string text = ladder(with_losses());
    CHECK(xml::paths(text, "axis broken").size() == 1);
    CHECK(xml::count(text, ">1.150000<") == 0);
    CHECK(xml::count(text, ">1.150 s<") == 1);  // from 150 ms to 1300 ms
    // 72 for all the silence, after the row in which the lost segment would have arrived
    const auto ack = xml::vertices(xml::paths(text, "stroke grey").at(0));
    CHECK(xml::vertices(xml::paths(text, "stroke orange").at(0))[0].y == doctest::Approx(ack[1].y + 18 + 72));
    CHECK(xml::paths(ladder(handshake()), "axis broken").empty());
    std::vector<wire_event> slow = handshake();
    slow.push_back(segment_of(0, 100ms, 10s, 1, 1, flag::ack, 100));
    const std::string crossed = ladder(slow);
    CHECK(xml::paths(crossed, "axis broken").size() == 1);
    CHECK(xml::count(crossed, ">9.850 s<") == 0);
}

TEST_CASE("a link without delay has segments sent before they arrive") {
    std::vector<wire_event> events{segment_of(0, 5ms, 5ms, 0, 0, flag::syn),
        segment_of(1, 5ms, 5ms, 0, 1, flag::syn | flag::ack), segment_of(0, 5ms, 5ms, 1, 1, flag::ack)};
    const auto arrows = shafts(ladder(events));
    REQUIRE(arrows.size() == 3);
    for (const auto& arrow : arrows) CHECK(arrow[1].y >= arrow[0].y);
    CHECK(arrows[1][0].y >= arrows[0][1].y);
    CHECK(arrows[2][0].y >= arrows[1][1].y);
}

TEST_CASE("of a long trace the first 200 segments are drawn, and the rest is counted") {
    std::vector<wire_event> events;
    for (std::uint32_t i = 0; i < 1200; ++i)
        events.push_back(segment_of(0, i * 1ms, i * 1ms + 10ms, 1 + i, 1, flag::ack, 1));
    const std::string text = ladder(events);
    CHECK(xml::fault(text) == "");
    CHECK(shafts(text).size() == 200);
    CHECK(xml::count(text, ">and 1000 more<") == 1);
}
