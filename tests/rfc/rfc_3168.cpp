// SPDX-License-Identifier: MIT
// RFC 3168: explicit congestion notification at the wire, with the bench as the peer; RFC 8511: how far a window goes.
#include <sluice/connection/info.hpp>
#include <sluice/policy/ecn/classic_ecn.hpp>

#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;

namespace {

using ecn_tcp = tcp<testing::gate_audit, reno, classic_ecn, every_segment, fixed_buffers<>>;
using bench = lab::bench<ecn_tcp>;

constexpr tcp_flags ecn_flags = flag::ece | flag::cwr | flag::ae;
constexpr tcp_flags both = flag::ece | flag::cwr;
constexpr std::uint32_t each = 1460;

tcp_flags of(const lab::wire_segment& s) {
    return tcp_flags(static_cast<std::uint16_t>(s.flags.bits() & ecn_flags.bits()));
}
bool is_ect0(const lab::wire_segment& s) { return s.ip.ecn == ecn_codepoint::ect0; }
bool is_not_ect(const lab::wire_segment& s) { return s.ip.ecn == ecn_codepoint::not_ect; }

/// Active open, answered by a SYN,ACK with these flags.
bench opened(tcp_flags answer = flag::ece, ecn_tcp::settings s = {}) {
    bench b(s);
    REQUIRE(b.connect());
    b.take();
    b.arrives({.flags = flag::syn | flag::ack | answer, .sequence = 0, .acknowledgment = 1, .mss = each});
    REQUIRE(b.state() == state::established);
    b.take();
    return b;
}

/// Passive open by a SYN with these flags; `sent` is the SYN,ACK.
bench asked(tcp_flags question) {
    bench b;
    REQUIRE(b.listen());
    b.arrives({.flags = flag::syn | question, .sequence = 0, .mss = each});
    return b;
}

lab::wire_segment text_with(const bench& b, ecn_codepoint codepoint, tcp_flags more = flag::none) {
    lab::wire_segment s{.flags = flag::ack | more,
                        .sequence = b.next_seq(),
                        .acknowledgment = b.next_ack(),
                        .text = lab::text(100)};
    s.ip.ecn = codepoint;
    return s;
}

void acks_with(bench& b, std::uint32_t upto, tcp_flags more = flag::ece) {
    b.arrives({.flags = flag::ack | more, .sequence = b.next_seq(), .acknowledgment = upto});
}
std::uint32_t at(std::uint32_t segment) { return 1 + segment * each; }
std::uint32_t window(const bench& b) { return b.block().congestion.window(); }

}  // namespace

// ---- section 6.1.1: the handshake -----------------------------------------------------------------------------------

TEST_CASE("SHLD-8 our SYN asks for ECN with ECE and CWR, and a SYN,ACK with ECE alone agrees") {
    struct { tcp_flags answer; bool agrees; } const answers[] = {
        {flag::none, false}, {flag::ece, true}, {flag::cwr, false}, {both, false}};
    for (const auto& a : answers) {
        bench b;
        REQUIRE(b.connect());
        const auto syn = b.take_one();
        CHECK(of(syn) == both);
        CHECK(is_not_ect(syn));
        b.arrives({.flags = flag::syn | flag::ack | a.answer, .sequence = 0, .acknowledgment = 1, .mss = each});
        const auto ack = b.take_one();
        CHECK(of(ack) == flag::none);
        CHECK(is_not_ect(ack));
        CHECK(((info(b.block(), b.now).tcpi_options & tcpi_opt_ecn) != 0) == a.agrees);
        REQUIRE(b.send("text"));
        CHECK(is_ect0(b.take_one()) == a.agrees);
    }
}

TEST_CASE("SHLD-8 a SYN with ECE and CWR is agreed to by a SYN,ACK with ECE, any other is not") {
    struct { tcp_flags question; bool agrees; } const questions[] = {
        {flag::none, false}, {flag::ece, false}, {flag::cwr, false}, {both, true}};
    for (const auto& q : questions) {
        bench b = asked(q.question);
        const auto answer = b.take_one();
        CHECK(of(answer) == (q.agrees ? flag::ece : flag::none));
        CHECK(is_not_ect(answer));
        b.acks(1);
        REQUIRE(b.state() == state::established);
        REQUIRE(b.send("text"));
        CHECK(is_ect0(b.take_one()) == q.agrees);
        b.acks(b.next_ack());
        b.take();
        b.arrives(text_with(b, ecn_codepoint::ce));  // and who has not agreed does not answer marks
        CHECK(of(b.take_one()) == (q.agrees ? flag::ece : flag::none));
    }
}

TEST_CASE("a SYN that is lost may have been lost for its flags: the second has none, and then nothing is ECT") {
    for (const tcp_flags answer : {flag::none, flag::ece}) {
        bench b;
        REQUIRE(b.connect());
        CHECK(of(b.take_one()) == both);
        b.wait(1s);
        const auto again = b.take_one();
        CHECK(again.has(flag::syn));
        CHECK(of(again) == flag::none);
        b.arrives({.flags = flag::syn | flag::ack | answer, .sequence = 0, .acknowledgment = 1, .mss = each});
        b.take();
        REQUIRE(b.send("text"));
        CHECK(is_not_ect(b.take_one()));
        b.acks(b.next_ack());
        // The peer may have agreed to the first one, and send ECT itself.
        b.arrives(text_with(b, ecn_codepoint::ce));
        CHECK(of(b.take_one()) == answer);
    }
    ecn_tcp::settings two;
    two.ecn.ecn_syns = 2;
    bench b(two);
    REQUIRE(b.connect());
    b.wait(1s);
    CHECK(of(b.take().back()) == both);
}

// Section 6.1.1.1 would let it be tried again without ECN, see connection/syn_sent.hpp.
TEST_CASE("a RST that answers a SYN with ECN refuses the connection, as any does") {
    bench b;
    REQUIRE(b.connect());
    REQUIRE(of(b.take_one()) == both);
    b.arrives({.flags = flag::rst | flag::ack, .sequence = 0, .acknowledgment = 1});
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::refused);
    b.wait(60s);
    CHECK(b.quiet());
}

TEST_CASE("switched off, it neither asks nor agrees; one of the two is enough") {
    ecn_tcp::settings s;
    s.ecn.asks = false;
    bench b(s);
    REQUIRE(b.connect());
    CHECK(of(b.take_one()) == flag::none);
    b.arrives({.flags = flag::syn | flag::ack | flag::ece, .sequence = 0, .acknowledgment = 1, .mss = each});
    b.take();
    b.arrives(text_with(b, ecn_codepoint::ce));
    CHECK(of(b.take_one()) == flag::none);  // nobody can have agreed to what was not asked
    for (const bool answers : {false, true}) {
        s.ecn.answers = answers;
        bench called(s);
        REQUIRE(called.listen());
        called.arrives({.flags = flag::syn | both, .sequence = 0, .mss = each});
        CHECK(of(called.take_one()) == (answers ? flag::ece : flag::none));
    }
}

TEST_CASE("a peer whose SYN comes again without ECN gets a plain SYN,ACK, and nothing is ECT") {
    bench b = asked(both);
    CHECK(of(b.take_one()) == flag::ece);
    b.arrives({.flags = flag::syn, .sequence = 0, .mss = each});
    CHECK(of(b.take_one()) == flag::none);
    b.acks(1);
    REQUIRE(b.send("text"));
    CHECK(is_not_ect(b.take_one()));
}

TEST_CASE("our SYN,ACK that is sent again asks again") {
    bench b = asked(both);
    b.wait(1s);
    CHECK(of(b.take().back()) == flag::ece);
    b.acks(1);
    REQUIRE(b.send("text"));
    CHECK(is_ect0(b.take_one()));
}

TEST_CASE("both ends open at once: two SYNs that ask are enough, and the flags of a SYN,ACK are no echo") {
    bench b;
    REQUIRE(b.connect());
    b.take();
    b.arrives({.flags = flag::syn | both, .sequence = 0, .mss = each});
    const auto answer = b.take_one();
    REQUIRE(answer.has(flag::syn | flag::ack));
    CHECK(of(answer) == flag::ece);
    b.arrives({.flags = flag::syn | flag::ack | flag::ece, .sequence = 0, .acknowledgment = 1, .mss = each});
    REQUIRE(b.state() == state::established);
    b.take();
    CHECK(b.endpoint.count().ecn_reductions == 0);
    REQUIRE(b.send("text"));
    CHECK(is_ect0(b.take_one()));
}

// ---- sections 6.1.4 to 6.1.6: what is ECN-capable -------------------------------------------------------------------

TEST_CASE("SHLD-8 only new text is ECT(0): no ACK, no retransmission, no FIN, no probe, no keep-alive") {
    bench b = opened();
    REQUIRE(b.send(lab::text(2 * each)));
    for (const auto& s : b.take()) CHECK(is_ect0(s));
    b.wait_for_deadline();
    const auto again = b.take_one();
    REQUIRE(again.sequence == at(0));
    CHECK(is_not_ect(again));
    b.acks(at(2));
    b.take();
    b.arrives(text_with(b, ecn_codepoint::not_ect));
    CHECK(is_not_ect(b.take_one()));

    b.acks(at(2), 0);  // a shut window
    REQUIRE(b.send("more"));
    CHECK(b.quiet());
    b.wait(5s);
    for (const auto& probe : b.take()) {
        CHECK(probe.text.size() == 1);
        CHECK(is_not_ect(probe));
    }
    b.acks(b.next_ack(), 65535);
    for (const auto& rest : b.take()) CHECK(is_ect0(rest));
    b.acks(b.next_ack());
    connection_options o;
    o.keep_alive = true;
    o.keep_alive_octet = true;
    o.keep_alive_idle = 10s;
    b.set_options(o);
    b.wait(11s);
    const auto alive = b.take();
    REQUIRE(!alive.empty());
    for (const auto& s : alive) CHECK(is_not_ect(s));
    b.acks(b.next_ack());
    REQUIRE(b.shutdown());
    const auto fin = b.take_one();
    REQUIRE(fin.has(flag::fin));
    CHECK(is_not_ect(fin));
}

// ---- section 6.1.3: the receiver ------------------------------------------------------------------------------------

TEST_CASE("SHLD-8 after CE every segment echoes it until CWR comes") {
    bench b = opened();
    b.arrives(text_with(b, ecn_codepoint::ect0));
    CHECK(of(b.take_one()) == flag::none);
    b.arrives(text_with(b, ecn_codepoint::ce));
    CHECK(of(b.take_one()) == flag::ece);
    CHECK(b.endpoint.count().marked_in == 1);
    for (int n = 0; n < 3; ++n) {
        b.arrives(text_with(b, ecn_codepoint::ect0));
        CHECK(of(b.take_one()) == flag::ece);
    }
    REQUIRE(b.send("text, too"));
    CHECK(of(b.take_one()) == flag::ece);
    b.arrives(text_with(b, ecn_codepoint::ect0, flag::cwr));
    CHECK(of(b.take_one()) == flag::none);
}

TEST_CASE("of CE and CWR on one segment CE is the newer") {
    bench b = opened();
    b.arrives(text_with(b, ecn_codepoint::ce));
    CHECK(of(b.take_one()) == flag::ece);
    b.arrives(text_with(b, ecn_codepoint::ce, flag::cwr));
    CHECK(of(b.take_one()) == flag::ece);
}

TEST_CASE("CE on a segment outside the window says nothing, nor on one without text") {
    bench b = opened();
    auto beyond = text_with(b, ecn_codepoint::ce);
    beyond.sequence += 1'000'000;
    b.arrives(beyond);
    CHECK(of(b.take_one()) == flag::none);
    auto below = text_with(b, ecn_codepoint::ce);
    below.sequence -= 200'000;
    b.arrives(below);
    b.wait(1s);
    for (const auto& s : b.take()) CHECK(of(s) == flag::none);
    lab::wire_segment ack{.flags = flag::ack, .sequence = b.next_seq(), .acknowledgment = b.next_ack()};
    ack.ip.ecn = ecn_codepoint::ce;
    b.arrives(ack);
    b.arrives(text_with(b, ecn_codepoint::ect0));
    CHECK(of(b.take_one()) == flag::none);
}

// ---- section 6.1.2: the sender --------------------------------------------------------------------------------------

TEST_CASE("SHLD-8 an echo reduces the window once for all that was out, and CWR is on the first new text, once") {
    bench b = opened();
    REQUIRE(b.send(lab::text(40 * each)));
    REQUIRE(b.take().size() == 10);
    acks_with(b, at(2));
    CHECK(window(b) == 8 * each);  // RFC 8511: 0.8 of the ten that were out
    CHECK(b.block().congestion.ssthresh() == 8 * each);
    CHECK(b.endpoint.count().ecn_reductions == 1);
    CHECK(b.quiet());  // eight are out
    for (std::uint32_t n = 3; n <= 10; ++n) {
        acks_with(b, at(n));
        CHECK(window(b) == 8 * each);  // neither less nor more: an echo grows nothing
        const auto next = b.take_one();
        CHECK(next.text.size() == each);
        CHECK(is_ect0(next));
        CHECK(of(next) == (n == 3 ? flag::cwr : flag::none));
    }
    acks_with(b, at(11));  // of what left since, echoed: the next congestion
    CHECK(b.endpoint.count().ecn_reductions == 2);
    CHECK(window(b) == 8 * each * 8 / 10);
}

TEST_CASE("without an echo the window grows after it") {
    bench b = opened();
    REQUIRE(b.send(lab::text(40 * each)));
    acks_with(b, at(2));
    for (std::uint32_t n = 3; n <= 12; ++n) acks_with(b, at(n), flag::none);
    CHECK(window(b) == 9 * each);  // congestion avoidance: a segment for eight
}

TEST_CASE("a loss in the same window of data does not reduce it again, and CWR is on new text, not on what is "
          "sent again") {
    bench b = opened();
    REQUIRE(b.send(lab::text(40 * each)));
    b.take();
    acks_with(b, at(1));
    REQUIRE(window(b) == 8 * each);
    for (int n = 0; n < 3; ++n) acks_with(b, at(1));  // three duplicates
    CHECK(b.endpoint.count().recoveries == 1);
    CHECK(window(b) == 8 * each);
    int again = 0;
    for (const auto& s : b.take()) {
        again += s.sequence == at(1);
        CHECK(is_ect0(s) == (s.sequence >= at(10)));
        CHECK(of(s) == (s.sequence == at(10) ? flag::cwr : flag::none));  // limited transmit's
    }
    CHECK(again == 1);
}

TEST_CASE("an echo in a recovery does not reduce the window again; a loss is told with CWR, too") {
    bench b = opened();
    REQUIRE(b.send(lab::text(40 * each)));
    b.take();
    for (int n = 0; n < 4; ++n) acks_with(b, at(0), flag::none);
    REQUIRE(b.endpoint.count().recoveries == 1);
    const std::uint32_t reduced = window(b);
    acks_with(b, at(5));
    acks_with(b, at(10));
    CHECK(window(b) == reduced);
    CHECK(b.endpoint.count().ecn_reductions == 0);
    int reported = 0;
    for (const auto& s : b.take()) {
        if (s.has(flag::cwr)) ++reported;
        CHECK((s.has(flag::cwr) ? is_ect0(s) : true));
    }
    CHECK(reported == 1);
}

TEST_CASE("after a timeout the first new text has CWR, and what is sent again has not") {
    bench b = opened();
    REQUIRE(b.send(lab::text(4 * each)));
    b.take();
    b.wait_for_deadline();
    const auto again = b.take_one();
    REQUIRE(again.sequence == at(0));
    CHECK(of(again) == flag::none);
    CHECK(is_not_ect(again));
    acks_with(b, at(4), flag::none);
    REQUIRE(b.send(lab::text(2 * each)));
    const auto left = b.take();
    REQUIRE(left.size() == 2);
    CHECK(of(left[0]) == flag::cwr);
    CHECK(of(left[1]) == flag::none);
}

TEST_CASE("SHLD-8 a window of one segment that is marked waits for the retransmission timer, which begins anew") {
    ecn_tcp::settings s;
    s.congestion.initial_window = 1;
    bench b = opened(flag::ece, s);
    REQUIRE(b.send(lab::text(10 * each)));
    REQUIRE(b.take().size() == 1);
    b.wait(100ms);
    acks_with(b, at(1));
    CHECK(window(b) == each);
    CHECK(b.quiet());
    const duration rto = b.block().rtt.rto();
    CHECK(b.endpoint.next_deadline() == b.now + rto);
    b.wait(rto - 1ms);
    CHECK(b.quiet());
    b.wait(1ms);
    const auto next = b.take_one();
    CHECK(next.sequence == at(1));
    CHECK(of(next) == flag::cwr);
    CHECK(is_ect0(next));
    CHECK(b.endpoint.count().timeouts == 0);
    acks_with(b, at(2), flag::none);  // and goes on
    CHECK(b.take().size() == 2);
}

TEST_CASE("CWR of a super-segment is on its first slice alone") {
    bench b = opened();
    b.endpoint.set_largest_super_segment(65535);
    REQUIRE(b.send(lab::text(10 * each)));
    b.take();
    acks_with(b, at(1));
    acks_with(b, at(10));
    REQUIRE(b.send(lab::text(4 * each)));
    const auto left = b.take();
    REQUIRE(left.size() == 4);
    for (const auto& s : left) {
        CHECK(is_ect0(s));
        CHECK(of(s) == (s.sequence == at(10) ? flag::cwr : flag::none));
    }
}

namespace {

/// A congestion policy that knows nothing of marks.
struct without_on_ecn {
    using slot = congestion_slot;
    std::uint32_t congestions = 0, flight = 0;
    constexpr std::uint32_t window() const { return 10 * each; }
    constexpr void on_congestion(const congestion_report& r) { ++congestions, flight = r.flight; }
};

}  // namespace

TEST_CASE("a congestion policy without on_ecn is told of congestion") {
    lab::bench<tcp<classic_ecn, without_on_ecn, fixed_buffers<>>> b;
    REQUIRE(b.connect());
    b.arrives({.flags = flag::syn | flag::ack | flag::ece, .sequence = 0, .acknowledgment = 1, .mss = each});
    REQUIRE(b.send(lab::text(10 * each)));
    b.arrives({.flags = flag::ack | flag::ece, .sequence = 1, .acknowledgment = at(4)});
    b.arrives({.flags = flag::ack | flag::ece, .sequence = 1, .acknowledgment = at(6)});
    CHECK(b.block().congestion.congestions == 1);
    CHECK(b.block().congestion.flight == 10 * each);
}
