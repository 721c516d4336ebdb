// SPDX-License-Identifier: MIT
// What tests/fuzz has found, each as the shortest story that still failed.
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace lab;

TEST_CASE("a SYN,ACK of a simultaneous open with more text than the window holds fills the window, and no more") {
    lab::bench<small_tcp> b;  // 2048 octets of receive buffer
    REQUIRE(b.connect());
    b.arrives({.flags = flag::syn, .sequence = 0});
    REQUIRE(b.state() == state::syn_received_active);
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .text = std::string(3000, 'x')});
    CHECK(b.state() == state::established);
    CHECK(b.next_seq() == 1 + 2048);
    CHECK(b.receive() == std::string(2048, 'x'));
}

TEST_CASE("text that arrived before a FIN and lies past it is not delivered, and the FIN is (N26)") {
    lab::bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::ack, .sequence = 11, .acknowledgment = 1, .text = "past the end"});
    b.arrives({.flags = flag::ack | flag::fin, .sequence = 1, .acknowledgment = 1, .text = "the whole."});
    CHECK(b.state() == state::close_wait);
    CHECK(b.next_seq() == 12);
    CHECK(b.receive() == "the whole.");
    CHECK(b.receive() == "");
    CHECK(b.receive_error == error::closing);
}

TEST_CASE("a FIN rides on the text that fills the congestion window to the last octet: its number is no octet") {
    lab::bench<classic_tcp> b;
    b.establish();  // an initial window of ten segments, RFC 6928
    const std::vector<octet> text(10 * 1460, octet{'x'});
    REQUIRE(b.endpoint.send(text, b.now).value_or(0) == text.size());
    REQUIRE(b.endpoint.shutdown(b.now));
    b.flush();  // and the gate is audited
    const auto sent = b.take();
    REQUIRE(sent.size() == 10);
    CHECK(sent.back().text.size() == 1460);
    CHECK(sent.back().has(flag::fin));
}
