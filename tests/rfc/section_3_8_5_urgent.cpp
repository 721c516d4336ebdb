// SPDX-License-Identifier: MIT
// RFC 9293 section 3.8.5: urgent data, sent and received. It stays in line: the pointer is a mark and removes no octet
// (RFC 6093).
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

/// The sequence number that a segment's urgent pointer names.
std::uint32_t mark(const lab::wire_segment& s) { return s.sequence + s.urgent_pointer; }

}  // namespace

TEST_CASE("MUST-30 urgent text goes out with URG, and comes out in line") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send_urgent("now"));
    const auto sent = b.take_one();
    CHECK(sent.flags == (flag::ack | flag::psh | flag::urg));
    CHECK(sent.text == "now");
    b.acks(4);

    REQUIRE(b.send("later"));
    CHECK(!b.take_one().has(flag::urg));

    b.arrives(
        {.flags = flag::ack | flag::urg, .sequence = 1, .acknowledgment = 9, .text = "them now", .urgent_pointer = 4});
    CHECK(b.heard(news::urgent));
    CHECK(b.receive() == "them now");
}

TEST_CASE("MUST-62 the pointer names the octet after the last urgent one") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send("abc"));
    b.take();
    REQUIRE(b.send_urgent("!"));
    REQUIRE(b.send("def"));
    b.acks(4);
    const auto sent = b.take_one();
    CHECK(sent.text == "!def");
    CHECK(sent.sequence == 4);
    CHECK(sent.urgent_pointer == 1);

    // The receiver's side: urgent_ahead() counts up to and with the last urgent octet.
    b.arrives(
        {.flags = flag::ack | flag::urg, .sequence = 1, .acknowledgment = 8, .text = "!def", .urgent_pointer = 1});
    CHECK(b.endpoint.connection().urgent_ahead() == 1);
}

TEST_CASE("MUST-31 MUST-62 urgent text may be of any length: every segment of it points to its end") {
    bench<classic_tcp> b;
    b.establish();
    REQUIRE(b.send_urgent(lab::text(5 * 1460 + 7)));
    b.acks(1 + 5 * 1460);
    REQUIRE(b.send("not urgent"));
    b.acks(1 + 5 * 1460 + 7);
    const auto sent = b.take();
    REQUIRE(sent.size() == 7);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(sent[i].has(flag::urg));
        CHECK(mark(sent[i]) == 1 + 5 * 1460 + 7);
    }
    CHECK(!sent[6].has(flag::urg));
}

TEST_CASE("MUST-31 urgent text is cut into segments also where the link would take more at once") {
    bench<classic_tcp> b;
    b.endpoint.set_largest_super_segment(65000);
    b.establish();
    REQUIRE(b.send_urgent(lab::text(3 * 1460)));
    const auto sent = b.take();
    REQUIRE(sent.size() == 3);
    for (const auto& s : sent) CHECK(mark(s) == 1 + 3 * 1460);
}

TEST_CASE("MUST-31 what is further ahead than the field reaches is announced as far as it reaches") {
    using wide_tcp = tcp<sluice::testing::gate_audit, fixed_window, fixed_buffers<100'000, 65535>>;
    bench<wide_tcp> b;
    b.establish();
    const std::vector<octet> much(80'000, 'x');
    REQUIRE(b.endpoint.send(much, b.now));
    REQUIRE(b.send_urgent("!"));
    while (!b.block().nothing_owed()) b.acks(b.next_ack());
    std::size_t far = 0, near = 0;
    for (const auto& s : b.take()) {
        CHECK(s.has(flag::urg));
        const std::uint32_t ahead = 80'002 - s.sequence;
        CHECK(s.urgent_pointer == std::min(ahead, 0xffffu));  // N33
        ++(ahead > 0xffff ? far : near);
    }
    CHECK(far == 10);  // 80001 - 65535 octets, in segments of 1460
    CHECK(near == 45);
}

TEST_CASE("MUST-32 the application is told when urgent text is announced, when the mark moves on, and not otherwise") {
    bench<classic_tcp> b;
    b.establish();
    const auto announce = [&](std::uint32_t up) {
        b.arrives({.flags = flag::ack | flag::urg,
                   .sequence = b.next_seq(),
                   .acknowledgment = 1,
                   .urgent_pointer = static_cast<std::uint16_t>(up - b.next_seq())});
        return b.heard(news::urgent);
    };
    CHECK(announce(100));   // none was pending; the octets themselves have yet to come
    CHECK(!announce(100));  // nothing new
    CHECK(!announce(50));   // an older pointer
    CHECK(announce(101));
    b.says(lab::text(100));
    CHECK(b.receive().size() == 100);
    CHECK(!b.heard(news::urgent));
    CHECK(!announce(101));  // of what has been received
    CHECK(announce(102));   // none is pending any more
}

TEST_CASE("MUST-33 the application can learn how much urgent text is still to be read") {
    bench<classic_tcp> b;
    b.establish();
    const auto ahead = [&] { return b.endpoint.connection().urgent_ahead(); };
    CHECK(ahead() == 0);
    b.arrives(
        {.flags = flag::ack | flag::urg, .sequence = 1, .acknowledgment = 1, .text = "abc", .urgent_pointer = 10});
    CHECK(ahead() == 10);  // some of it has not come yet
    CHECK(b.receive(2) == "ab");
    CHECK(ahead() == 8);
    b.says("defghijklm");
    CHECK(ahead() == 8);
    CHECK(b.receive(8) == "cdefghij");
    CHECK(ahead() == 0);
    CHECK(b.receive() == "klm");
    CHECK(ahead() == 0);
}

TEST_CASE("MUST-33 the pointer of a segment that comes again in part still counts from its own first octet") {
    bench<classic_tcp> b;
    b.establish();
    b.says("abcdef");
    b.arrives(
        {.flags = flag::ack | flag::urg, .sequence = 1, .acknowledgment = 1, .text = "abcdefghi", .urgent_pointer = 8});
    CHECK(b.endpoint.connection().urgent_ahead() == 8);
    CHECK(b.receive() == "abcdefghi");
    CHECK(b.endpoint.connection().urgent_ahead() == 0);

    b.arrives(  // nothing of it is new
        {.flags = flag::ack | flag::urg, .sequence = 5, .acknowledgment = 1, .text = "efghij", .urgent_pointer = 5});
    CHECK(b.endpoint.connection().urgent_ahead() == 0);
}

TEST_CASE("MUST-33 a SYN,ACK's pointer counts from the SYN") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    SUBCASE("of the usual opening") {}
    SUBCASE("of two SYNs that cross") { b.arrives({.flags = flag::syn, .sequence = 0}); }
    b.arrives({.flags = flag::syn | flag::ack | flag::urg,
               .sequence = 0,
               .acknowledgment = 1,
               .text = "abc",
               .urgent_pointer = 3});  // the SYN, a and b
    CHECK(b.endpoint.connection().urgent_ahead() == 2);
}

TEST_CASE("MUST-30 a mark that has been acknowledged does not come back half a sequence space later") {
    bench<plain_tcp> b({.congestion = {.octets = 60'000}});
    b.establish();
    REQUIRE(b.send_urgent("!"));
    b.acks(2);
    CHECK(b.take_one().has(flag::urg));
    CHECK(!b.block().snd.urgent);
}

TEST_CASE("an urgent pointer past the FIN points to the FIN: nothing urgent is ahead once all is read") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack | flag::urg | flag::fin,
               .sequence = 1,
               .acknowledgment = 1,
               .text = "abc",
               .urgent_pointer = 10});
    CHECK(b.endpoint.connection().urgent_ahead() == 3);
    CHECK(b.receive() == "abc");
    CHECK(b.endpoint.connection().urgent_ahead() == 0);
    b.take();
}

TEST_CASE("MUST-32 a pointer into text that has come but is not read yet is ahead of what the application has") {
    bench<classic_tcp> b;
    b.establish();
    b.says("abcdef");
    b.heard();
    b.arrives(
        {.flags = flag::ack | flag::urg, .sequence = 3, .acknowledgment = 1, .text = "cdefg", .urgent_pointer = 3});
    CHECK(b.heard(news::urgent));
    CHECK(b.endpoint.connection().urgent_ahead() == 5);
    b.take();
}
