// SPDX-License-Identifier: MIT
// connection/listen.hpp: what LISTEN makes of each kind of segment, in the order of RFC 9293 section 3.10.7.2.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

bench<small_tcp> listening() {
    bench<small_tcp> b;
    REQUIRE(b.listen());
    return b;
}

void check_dropped(bench<small_tcp>& b) {
    CHECK(b.state() == state::listen);
    CHECK(b.quiet());
    CHECK_FALSE(b.endpoint.poll_event().has_value());
}

}  // namespace

TEST_CASE("a RST in LISTEN is ignored, whatever else it carries") {
    for (const auto flags : {flag::none, flag::ack, flag::syn, flag::syn | flag::ack, flag::fin}) {
        auto b = listening();
        b.arrives({.flags = flag::rst | flags, .sequence = 0, .acknowledgment = 9});
        check_dropped(b);
    }
}

TEST_CASE("an ACK in LISTEN is reset with its own number, even if it has a SYN") {
    for (const auto flags : {flag::none, flag::syn, flag::fin, flag::psh}) {
        auto b = listening();
        b.arrives({.flags = flag::ack | flags, .sequence = 0, .acknowledgment = 9});
        CHECK(b.state() == state::listen);
        const auto reset = b.take_one();
        CHECK(reset.flags == flag::rst);
        CHECK(reset.sequence == 9);
    }
}

TEST_CASE("a SYN with a FIN opens nothing, and neither does what has no SYN (N25)") {
    for (const auto flags : {flag::syn | flag::fin, flag::none, flag::fin, flag::psh, flag::urg}) {
        auto b = listening();
        b.arrives({.flags = flags, .sequence = 0, .text = "x"});
        check_dropped(b);
    }
}

TEST_CASE("text on a SYN is not taken: only the SYN is acknowledged (N25)") {
    auto b = listening();
    b.arrives({.flags = flag::syn, .sequence = 0, .text = "too early"});
    CHECK(b.state() == state::syn_received_passive);
    const auto answer = b.take_one();
    CHECK(answer.flags == (flag::syn | flag::ack));
    CHECK(answer.acknowledgment == 1);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "in time"});
    CHECK(b.receive() == "in time");
}

TEST_CASE("a listener on any address becomes the one that the SYN was sent to, and any again after a RST") {
    bench<small_tcp> b;
    REQUIRE(b.endpoint.listen({{}, lab::here.port}, b.now));
    b.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(b.endpoint.connection().local() == lab::here);
    CHECK(b.endpoint.connection().remote() == lab::there);
    b.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(b.state() == state::listen);
    CHECK(b.endpoint.connection().local() == socket_address{{}, lab::here.port});
    CHECK(b.endpoint.connection().remote() == socket_address{});
}

TEST_CASE("a listener on one address is not there for another one") {
    auto b = listening();
    b.local.address = ip_address::v4(198, 18, 0, 77);
    b.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(b.state() == state::listen);
    CHECK(b.take_one().flags == (flag::rst | flag::ack));
}
