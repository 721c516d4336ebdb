// SPDX-License-Identifier: MIT
// What a stack keeps of an ECN handshake: all of it in a half-open record, nothing in a SYN cookie.
#include <sluice/policy/ecn/accurate_ecn.hpp>
#include <sluice/policy/ecn/classic_ecn.hpp>

#include "support/stack_bench.hpp"

using namespace sluice;

namespace {

using classic_tcp = tcp<classic_ecn, lab::given_isn>;
using accurate_tcp = tcp<accurate_ecn, lab::given_isn>;

constexpr tcp_flags ecn_flags = flag::ece | flag::cwr | flag::ae;
tcp_flags of(const lab::seen& s) {
    return tcp_flags(static_cast<std::uint16_t>(s.flags.bits() & ecn_flags.bits()));
}
bool has_option(const lab::seen& s) {
    const octets tcp = octets(s.wire).subspan(20);
    return accurate_ecn_option::read(tcp.subspan(20, tcp[12] / 16 * 4 - 20u)).has_value();
}
ecn_codepoint codepoint(const lab::seen& s) { return static_cast<ecn_codepoint>(s.wire[1] & 3); }

template <class Tcp>
struct bench : lab::stack_bench<Tcp> {
    using lab::stack_bench<Tcp>::stack_bench;

    lab::seen syn(tcp_flags flags, const socket_address& from = bench::peer) {
        this->arrives({.flags = flag::syn | flags, .sequence = seq(100), .options = {.mss = 1460}}, from);
        return this->take_one();
    }
    handle established(handle l, const lab::seen& syn_ack, tcp_flags flags, const socket_address& from = bench::peer) {
        this->arrives({.flags = flag::ack | flags, .sequence = seq(101), .acknowledgment = syn_ack.sequence + 1}, from);
        const auto h = this->stack.accept(l, this->now);
        REQUIRE(h);
        this->take();
        return *h;
    }
    ecn_codepoint codepoint_of_text(handle h) {
        REQUIRE(this->stack.send(h, octets(text), this->now));
        this->flush();
        return codepoint(this->take_one());
    }
    std::array<octet, 4> text{'t', 'e', 'x', 't'};
};

const socket_address second{lab::client_address, 40001};

}  // namespace

TEST_CASE("a half-open record keeps what the SYN asked for: also its SYN,ACK that is sent again, and the connection") {
    for (const bool asks : {false, true}) {
        bench<classic_tcp> b;
        const handle l = b.listen();
        const auto answer = b.syn(asks ? flag::ece | flag::cwr : flag::none);
        CHECK(of(answer) == (asks ? flag::ece : flag::none));
        b.wait(1s);
        CHECK(of(b.take_one()) == (asks ? flag::ece : flag::none));
        CHECK(b.codepoint_of_text(b.established(l, answer, flag::none)) ==
              (asks ? ecn_codepoint::ect0 : ecn_codepoint::not_ect));
    }
}

TEST_CASE("and one whose SYN comes again without it has no ECN, though its record was made with it") {
    bench<classic_tcp> b;
    const handle l = b.listen();
    const auto answer = b.syn(flag::ece | flag::cwr);
    CHECK(of(b.syn(flag::none)) == flag::none);
    CHECK(b.codepoint_of_text(b.established(l, answer, flag::none)) == ecn_codepoint::not_ect);
}

TEST_CASE("of Accurate ECN it keeps the mode and what came on the SYN") {
    bench<accurate_tcp> b;
    const handle l = b.listen();
    const auto answer = b.syn(ecn_flags);
    CHECK(ace_of(answer.flags) == 0b010);
    b.wait(1s);
    const auto again = b.take_one();
    CHECK(ace_of(again.flags) == 0b010);
    CHECK(has_option(answer));
    CHECK(!has_option(again));
    const handle h = b.established(l, answer, flags_of_ace(0b010));
    CHECK(b.codepoint_of_text(h) == ecn_codepoint::ect0);
    b.arrives({.flags = flag::ack | flags_of_ace(5), .sequence = seq(101), .acknowledgment = answer.sequence + 5});

    const auto third = b.syn(ecn_flags, second);
    b.wait(1s);
    b.wait(2s);
    CHECK(ace_of(b.take().back().flags) == 0);  // given up: no ECT, but it counts
    const handle plain = b.established(l, third, flags_of_ace(0b010), second);
    CHECK(b.codepoint_of_text(plain) == ecn_codepoint::not_ect);
    b.arrives({.flags = flag::ack | flags_of_ace(5),
               .sequence = seq(101),
               .acknowledgment = third.sequence + 5,
               .text = "x"},
              second);
    b.wait(100ms);
    const auto ack = b.take();
    REQUIRE(!ack.empty());
    CHECK(ace_of(ack.back().flags) == 5);
}

TEST_CASE("and a record whose SYN comes again for the other kind of feedback is reset (RFC 9768 section 3.1.5), be it "
          "that a plain one came between them") {
    for (const bool plain_between : {false, true})
        for (const bool accurate_first : {false, true}) {
            CAPTURE(plain_between);
            CAPTURE(accurate_first);
            const tcp_flags classic = flag::ece | flag::cwr;
            bench<accurate_tcp> b;
            b.listen();
            b.syn(accurate_first ? ecn_flags : classic);
            if (plain_between) b.syn(flag::none);
            const auto answer = b.syn(accurate_first ? classic : ecn_flags);
            CHECK(answer.flags == (flag::rst | flag::ack));
            CHECK(answer.acknowledgment == seq(101));
            b.wait(10s);
            CHECK(b.take().empty());  // no SYN,ACK leaves again: the record is gone
        }
}

TEST_CASE("a SYN cookie remembers no ECN: its SYN,ACK does not agree, and nothing is ECT") {
    bench<classic_tcp> classic;
    bench<accurate_tcp> accurate;
    const auto check = [](auto& b, tcp_flags asks) {
        const handle l = b.listen({.backlog = 1});
        b.syn(asks, second);
        const auto answer = b.syn(asks);
        REQUIRE(b.count().cookies_sent == 1);
        CHECK(of(answer) == flag::none);
        CHECK(!has_option(answer));
        const handle h = b.established(l, answer, flag::none);
        CHECK(b.count().cookies_accepted == 1);
        CHECK(b.codepoint_of_text(h) == ecn_codepoint::not_ect);
    };
    check(classic, flag::ece | flag::cwr);
    check(accurate, ecn_flags);
}
