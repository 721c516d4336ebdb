// SPDX-License-Identifier: MIT
// RFC 9293 section 3.5: opening a connection, in every order in which the two SYNs can meet, and its figures.
#include "support/option_mixes.hpp"

using namespace sluice;
using lab::bench;
using mixed = lab::mixed<classic_tcp>;

TEST_CASE("Figure 6: three segments open a connection") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    const auto syn = b.take_one();
    CHECK(syn.flags == flag::syn);
    CHECK(syn.sequence == 0);
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1});
    const auto ack = b.take_one();
    CHECK(ack.is_pure_ack());
    CHECK(ack.sequence == 1);
    CHECK(ack.acknowledgment == 1);
    CHECK(b.state() == state::established);
    CHECK(b.heard(news::connected));

    bench<classic_tcp> other;
    REQUIRE(other.listen());
    other.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(other.state() == state::syn_received_passive);
    const auto syn_ack = other.take_one();
    CHECK(syn_ack.flags == (flag::syn | flag::ack));
    CHECK(syn_ack.sequence == 0);
    CHECK(syn_ack.acknowledgment == 1);
    CHECK(!other.heard(news::connected));
    other.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(other.state() == state::established);
    CHECK(other.heard(news::connected));
    CHECK(other.quiet());
}

TEST_CASE("MUST-10 Figure 7: two SYNs that cross open one connection") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    CHECK(b.take_one().flags == flag::syn);
    b.arrives({.flags = flag::syn, .sequence = 0, .mss = 1460});
    CHECK(b.state() == state::syn_received_active);
    const auto answer = b.take_one();
    CHECK(answer.flags == (flag::syn | flag::ack));
    CHECK(answer.sequence == 0);
    CHECK(answer.acknowledgment == 1);
    CHECK(answer.mss == 1460);

    SUBCASE("completed by the peer's SYN,ACK") {
        b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1, .mss = 1460});
    }
    SUBCASE("completed by an ACK alone") { b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1}); }
    SUBCASE("completed by the peer's first text") {
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "hello"});
        CHECK(b.receive() == "hello");
    }
    CHECK(b.state() == state::established);
    CHECK(b.heard(news::connected));
    b.take();
    REQUIRE(b.send("ours"));
    CHECK(b.take_one().text == "ours");
}

TEST_CASE("MUST-10 when SYNs cross and the answer is lost, the SYN,ACK goes out again") {
    mixed b(lab::each_mix());
    REQUIRE(b.connect());
    b.arrives({.flags = flag::syn, .sequence = 0, .options = b.peer_offers});
    b.take();
    b.wait(1s);
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
    b.arrives({.flags = flag::syn, .sequence = 0, .options = b.peer_offers});  // the peer's came again, too
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(b.state() == state::established);
}

TEST_CASE("MUST-11 a reset SYN-RECEIVED returns to LISTEN, silently, if it came from there, and fails otherwise") {
    bench<classic_tcp> passive;
    REQUIRE(passive.listen());
    passive.arrives({.flags = flag::syn, .sequence = 0});
    passive.take();
    passive.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(passive.state() == state::listen);
    CHECK(passive.heard().empty());
    CHECK(passive.quiet());

    bench<classic_tcp> active;
    REQUIRE(active.connect());
    active.arrives({.flags = flag::syn, .sequence = 0});
    active.take();
    active.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(active.state() == state::closed);
    CHECK(active.endpoint.error() == error::refused);
    CHECK(active.heard(news::failed));
    CHECK(active.quiet());
}

TEST_CASE("Figure 8: an old duplicate SYN is reset by its alleged sender, and the new one is served") {
    bench<classic_tcp> b;
    b.peer_iss = seq(90);
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(b.take_one().acknowledgment == 1);
    b.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(b.state() == state::listen);
    b.peer_iss = seq(100);
    b.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(b.take_one().acknowledgment == 1);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(b.state() == state::established);
}

TEST_CASE("Figure 8: the other side resets a SYN,ACK that acknowledges nothing it sent, with its number, and stays") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    b.take();
    for (const std::uint32_t wrong : {0u, 2u, 0u - 9u, 0x7fffffffu}) {
        b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = wrong});
        const auto reset = b.take_one();
        CHECK(reset.flags == flag::rst);
        CHECK(reset.sequence == wrong);
        CHECK(b.state() == state::syn_sent);
    }
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 1});
    CHECK(b.state() == state::established);
}

TEST_CASE("Figure 9: who has forgotten a connection is told where it stands, and resets it") {
    bench<classic_tcp> forgot;  // SYN-SENT after a crash
    REQUIRE(forgot.connect());
    forgot.take();
    forgot.arrives({.flags = flag::ack, .sequence = 300, .acknowledgment = 100});
    const auto reset = forgot.take_one();
    CHECK(reset.flags == flag::rst);
    CHECK(reset.sequence == 100);
    CHECK(forgot.state() == state::syn_sent);

    bench<classic_tcp> remembers;
    remembers.establish();
    remembers.arrives({.flags = flag::syn, .sequence = 400});  // in the window, as in the figure
    const auto ack = remembers.take_one();
    CHECK(ack.is_pure_ack());
    CHECK(ack.sequence == 1);
    CHECK(ack.acknowledgment == 1);
    remembers.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(remembers.state() == state::closed);
    CHECK(remembers.endpoint.error() == error::reset);
}

TEST_CASE("Figure 10: text for a connection that does not exist is reset by its ACK") {
    bench<classic_tcp> b;
    b.arrives({.flags = flag::ack, .sequence = 300, .acknowledgment = 100, .text = "ten octets"});
    const auto reset = b.take_one();
    CHECK(reset.flags == flag::rst);
    CHECK(reset.sequence == 100);
}

TEST_CASE("Figure 11: an old duplicate ACK to a listener is reset, and listening goes on") {
    bench<classic_tcp> b;
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn | flag::ack, .sequence = 0, .acknowledgment = 77});
    const auto reset = b.take_one();
    CHECK(reset.flags == flag::rst);
    CHECK(reset.sequence == 77);
    CHECK(b.state() == state::listen);
}

TEST_CASE("a segment without ACK for nobody is reset with an ACK of all it holds") {
    bench<classic_tcp> b;
    b.arrives({.flags = flag::syn | flag::fin, .sequence = 500, .text = "12345"});
    const auto reset = b.take_one();
    CHECK(reset.flags == (flag::rst | flag::ack));
    CHECK(reset.sequence == 0);
    CHECK(reset.acknowledgment == 500 + 7);
}

TEST_CASE("a RST is never answered with a RST") {
    bench<classic_tcp> b;
    b.arrives({.flags = flag::rst, .sequence = 1});
    b.arrives({.flags = flag::rst | flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(b.quiet());
    REQUIRE(b.listen());
    b.arrives({.flags = flag::rst | flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(b.quiet());
    CHECK(b.state() == state::listen);
}

TEST_CASE("a RST to a SYN counts when it acknowledges the SYN, and only then") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    b.take();
    b.arrives({.flags = flag::rst, .sequence = 0});
    b.arrives({.flags = flag::rst | flag::ack, .sequence = 0, .acknowledgment = 2});
    CHECK(b.state() == state::syn_sent);
    b.arrives({.flags = flag::rst | flag::ack, .sequence = 0, .acknowledgment = 1});
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::refused);
    CHECK(b.quiet());
}

TEST_CASE("SHLD-2 a RST may carry text that explains it") {
    bench<classic_tcp> b;
    b.establish();
    b.arrives({.flags = flag::rst, .sequence = 1, .text = "out of memory"});
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::reset);
}

TEST_CASE("a SYN that is lost, or a SYN,ACK, is sent again; the connection opens all the same") {
    mixed b(lab::each_mix());
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0, .options = b.peer_offers});
    b.take();
    b.wait(1s);
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
    b.arrives({.flags = flag::syn, .sequence = 0, .options = b.peer_offers});  // N3
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(b.state() == state::established);
}

TEST_CASE("a SYN,ACK without an answer is given up after six tries, and listening goes on") {
    mixed b(lab::each_mix());
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0, .options = b.peer_offers});
    b.wait(62s);
    CHECK(b.take().size() == 6);  // at 0, 1, 3, 7, 15, 31 s
    CHECK(b.state() == state::syn_received_passive);
    b.wait(1s);
    CHECK(b.state() == state::listen);
    CHECK(b.heard().empty());  // what a listener has half-open is nobody's connection yet
    CHECK(b.quiet());
}

TEST_CASE("text and a FIN on a SYN,ACK are taken with it; text on a SYN alone will come again") {
    bench<classic_tcp> b;
    REQUIRE(b.connect());
    b.take();
    b.arrives({.flags = flag::syn | flag::ack | flag::fin, .sequence = 0, .acknowledgment = 1, .text = "all of it"});
    CHECK(b.state() == state::close_wait);
    CHECK(b.take_one().acknowledgment == 1 + 9 + 1);
    CHECK(b.receive() == "all of it");

    bench<classic_tcp> listener;
    REQUIRE(listener.listen());
    listener.arrives({.flags = flag::syn, .sequence = 0, .text = "early"});
    CHECK(listener.take_one().acknowledgment == 1);
    listener.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "early"});
    CHECK(listener.receive() == "early");
}
