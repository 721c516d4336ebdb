// SPDX-License-Identifier: MIT
// RFC 9293 sections 3.1 and 3.2: the header, its checksum and its options, seen from a whole connection. What is octets
// and values alone stands in tests/wire.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

TEST_CASE("MUST-1 a window of 40000 lets 40000 octets out") {
    bench<plain_tcp> b({.congestion = {.octets = 65535}});
    b.establish(40000);
    REQUIRE(b.send(lab::text(50000)));
    std::size_t out = 0;
    for (const auto& s : b.take()) out += s.text.size();
    CHECK(out == 40000 / 1460 * 1460);  // in whole segments
    // The rest of the window is worth a segment of its own only once it has been waited for.
    CHECK(b.block().snd.wnd == 40000);
}

TEST_CASE("MUST-5 options are taken on any segment, and an MSS counts only on a SYN") {
    // No-operation twice, an unknown kind of six octets, an MSS of 256.
    const std::vector<octet> options{1, 1, 253, 6, 9, 9, 9, 9, 2, 4, 1, 0};
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "hello", .raw_options = options});
    CHECK(b.receive() == "hello");
    REQUIRE(b.send(lab::text(1460)));
    b.take();
    b.arrives({.flags = flag::ack, .sequence = 6, .acknowledgment = 1461, .raw_options = options});
    CHECK(b.block().snd.flight() == 0);
    REQUIRE(b.send(lab::text(1460)));
    CHECK(b.take_one().text.size() == 1460);
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 6, .acknowledgment = 2921, .raw_options = options});
    CHECK(b.state() == state::close_wait);
    b.arrives({.flags = flag::rst, .sequence = 7, .raw_options = options});
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.count().malformed == 0);
}

TEST_CASE("MUST-7 a segment with an illegal option length changes nothing, and is counted") {
    bench<classic_tcp> b;
    b.establish();
    for (const int wrong : {0, 1, 5, 255}) {
        CAPTURE(wrong);
        b.arrives({.flags = flag::ack,
                   .sequence = 1,
                   .acknowledgment = 1,
                   .text = "x",
                   .raw_options = {253, static_cast<octet>(wrong), 0, 0}});
    }
    CHECK(b.endpoint.count().malformed == 4);
    CHECK(b.quiet());
    CHECK(b.endpoint.readable() == 0);
    b.says("fine");
    CHECK(b.receive() == "fine");
}
