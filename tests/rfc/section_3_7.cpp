// SPDX-License-Identifier: MIT
// RFC 9293 section 3.7: how large segments are (the MSS option and what follows from it), and Nagle's algorithm.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

using settings = bench<classic_tcp>::settings;

/// The largest text that leaves in one segment when there is plenty.
std::size_t largest_sent(bench<classic_tcp>& b) {
    REQUIRE(b.send(lab::text(20'000)));
    std::size_t most = 0;
    for (const auto& s : b.take()) most = std::max(most, s.text.size());
    return most;
}

}  // namespace

TEST_CASE("MUST-14 SHLD-5 MAY-3 every SYN and SYN,ACK carries an MSS option") {
    bench<classic_tcp> active;
    REQUIRE(active.connect());
    CHECK(active.take_one().mss == 1460);
    active.wait(1s);
    CHECK(active.take_one().mss == 1460);  // sent again, it says the same

    bench<classic_tcp> passive;
    REQUIRE(passive.listen());
    passive.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(passive.take_one().mss == 1460);
}

TEST_CASE("MAY-3 the MSS option is sent even when it says the default") {
    bench<classic_tcp> b(settings{.limits = {.mtu = 576}});
    REQUIRE(b.connect());
    CHECK(b.take_one().mss == 536);
}

TEST_CASE("MUST-14 the peer's MSS option bounds what is sent, from SYN and from SYN,ACK") {
    for (const std::uint16_t mss : std::array<std::uint16_t, 3>{536, 1000, 1459}) {
        bench<classic_tcp> active, passive;
        active.establish(65535, mss);
        CHECK(largest_sent(active) == mss);
        passive.accept(65535, mss);
        CHECK(largest_sent(passive) == mss);
    }
}

TEST_CASE("MUST-15 without an MSS option 536 octets are sent over IPv4 and 1220 over IPv6") {
    bench<classic_tcp> v4, v4_passive, v6({}, true), v6_passive({}, true);
    v4.establish(65535, std::nullopt);
    CHECK(largest_sent(v4) == 536);
    v4_passive.accept(65535, std::nullopt);
    CHECK(largest_sent(v4_passive) == 536);
    v6.establish(65535, std::nullopt);
    CHECK(largest_sent(v6) == 1220);
    v6_passive.accept(65535, std::nullopt);
    CHECK(largest_sent(v6_passive) == 1220);
}

TEST_CASE("MUST-16 what the peer takes counts up to what the path takes: MTU less both headers") {
    bench<classic_tcp> v4, v6({}, true), jumbo(settings{.limits = {.mtu = 9000}});
    v4.establish(65535, 8960);
    CHECK(largest_sent(v4) == 1500 - 20 - 20);
    v6.establish(65535, 65535);
    CHECK(largest_sent(v6) == 1500 - 40 - 20);
    jumbo.establish(65535, 8960);
    CHECK(largest_sent(jumbo) == 9000 - 20 - 20);
}

TEST_CASE("MUST-16 an MSS too small to be meant well counts as 216") {
    bench<classic_tcp> b;
    b.establish(65535, 1);
    CHECK(largest_sent(b) == 216);
}

TEST_CASE("MUST-67 the MSS option is no more than the largest datagram less both headers") {
    for (const std::uint16_t mtu : std::array<std::uint16_t, 5>{576, 1280, 1500, 9000, 65535}) {
        bench<classic_tcp> v4(settings{.limits = {.mtu = mtu}}), v6(settings{.limits = {.mtu = mtu}}, true);
        REQUIRE(v4.connect());
        CHECK(v4.take_one().mss == mtu - 40);
        REQUIRE(v6.connect());
        CHECK(v6.take_one().mss == mtu - 60);
    }
}

TEST_CASE("MUST-67 an MTU below the 68 octets that every link takes counts as 68 over IPv4 (RFC 791 section 3.2)") {
    for (const std::uint16_t mtu : std::array<std::uint16_t, 4>{0, 40, 41, 68}) {
        bench<classic_tcp> v4(settings{.limits = {.mtu = mtu}}), v6(settings{.limits = {.mtu = mtu}}, true);
        REQUIRE(v4.connect());
        CHECK(v4.take_one().mss == 28);
        REQUIRE(v6.connect());
        CHECK(v6.take_one().mss == 28);
    }
    bench<classic_tcp> above(settings{.limits = {.mtu = 69}});
    REQUIRE(above.connect());
    CHECK(above.take_one().mss == 29);
}

TEST_CASE("SHLD-6 a link that takes now more and now less is announced by the least, and so is sent by") {
    bench<classic_tcp> b;
    b.endpoint.limit_mtu(1400);
    b.endpoint.limit_mtu(1500);
    REQUIRE(b.connect());
    CHECK(b.take_one().mss == 1360);
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
    b.take();
    CHECK(largest_sent(b) == 1360);

    bench<classic_tcp> open;  // in mid-connection
    open.establish();
    CHECK(largest_sent(open) == 1460);
    open.endpoint.limit_mtu(1000);
    CHECK(open.quiet());  // what is out may arrive all the same
    open.acks(1 + 10 * 1460);
    const auto sent = open.take();
    REQUIRE(sent.size() > 1);
    CHECK(sent[0].text.size() == 960);
    CHECK(sent[1].text.size() == 960);
}

TEST_CASE("MUST-65 no segment without SYN carries an MSS option") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    b.take();
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
    REQUIRE(b.send(lab::text(5000)));
    b.says("hello");
    b.wait(10s);  // retransmissions
    REQUIRE(b.shutdown());
    b.wait(1s);
    REQUIRE(b.abort());
    const auto all = b.take();
    CHECK(all.size() > 5);
    for (const auto& s : all) {
        CHECK(!s.has(flag::syn));
        CHECK(!s.mss);
    }
}

TEST_CASE("SHLD-7 Nagle: while a small segment is unacknowledged, less than a segment waits, and joins what follows") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("first"));
    CHECK(b.take_one().text == "first");  // nothing was out
    REQUIRE(b.send("second"));
    REQUIRE(b.send("third"));
    CHECK(b.quiet());
    b.acks(6);
    CHECK(b.take_one().text == "secondthird");
}

TEST_CASE("SHLD-7 Nagle: whole segments don't wait, only what is left over") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("first"));
    b.take();
    REQUIRE(b.send(lab::text(2 * 1460 + 100)));
    const auto sent = b.take();
    REQUIRE(sent.size() == 2);
    CHECK(sent[0].text.size() == 1460);
    CHECK(sent[1].text.size() == 1460);
    b.acks(6 + 2 * 1460);
    CHECK(b.take_one().text.size() == 100);
}

TEST_CASE("MUST-17 Nagle's algorithm can be switched off, and on, for one connection while it lives") {
    bench<classic_tcp> b;
    b.establish();
    connection_options options = b.endpoint.connection().options();
    CHECK(options.nagle);
    REQUIRE(b.send("first"));
    REQUIRE(b.send("held"));
    CHECK(b.take().size() == 1);
    options.nagle = false;
    b.set_options(options);
    CHECK(b.take_one().text == "held");  // at once
    REQUIRE(b.send("third"));
    CHECK(b.take_one().text == "third");
    options.nagle = true;
    b.set_options(options);
    REQUIRE(b.send("fourth"));
    CHECK(b.quiet());
}
