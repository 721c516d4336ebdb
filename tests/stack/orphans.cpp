// SPDX-License-Identifier: MIT
// stack/stack.hpp: connections that their application has let go finish alone, and leave nothing (N27, N28).
#include <doctest/doctest.h>

#include "support/stack_bench.hpp"

namespace {

using namespace sluice;
using tcp_type = tcp<growable_buffers, lab::given_isn>;
using bench = lab::stack_bench<tcp_type>;
constexpr seq irs{1000}, iss{7000};

handle establish(bench& b, handle l) {
    b.arrives({.flags = flag::syn, .sequence = irs});
    b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1});
    const auto c = b.stack.accept(l, b.now);
    REQUIRE(c);
    while (b.stack.poll_event()) {
    }
    b.take();
    return *c;
}
void says(bench& b, tcp_flags flags, seq at, seq ack, const std::string& text = {}) {
    b.arrives({.flags = flags, .sequence = at, .acknowledgment = ack, .text = text});
}
/// The handle is stale in every call.
void check_stale(bench& b, handle h) {
    std::array<octet, 4> some{};
    const auto is_bad = [](const auto& answer) { CHECK(answer.error() == error::bad_handle); };
    is_bad(b.stack.send(h, octets(some), b.now));
    is_bad(b.stack.send_urgent(h, octets(some), b.now));
    is_bad(b.stack.reserve(h, 4, b.now));
    is_bad(b.stack.commit(h, 4, b.now));
    is_bad(b.stack.receive(h, some, b.now));
    is_bad(b.stack.peek(h, b.now));
    is_bad(b.stack.consume(h, 1, b.now));
    is_bad(b.stack.shutdown(h, b.now));
    is_bad(b.stack.set_options(h, {}, b.now));
    is_bad(b.stack.close(h, b.now));
    is_bad(b.stack.abort(h, b.now));
    is_bad(b.stack.accept(h, b.now));
    CHECK(b.stack.look(h) == nullptr);
    CHECK_FALSE(b.stack.is_open(h));
}

}  // namespace

TEST_CASE("close makes the handle stale at once, for every call, also while TCP still finishes and after") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    CHECK(b.stack.is_open(c));
    CHECK(b.stack.close(c, b.now));
    check_stale(b, c);
    b.flush();
    check_stale(b, c);
    says(b, flag::ack | flag::fin, irs + 1, iss + 2);
    check_stale(b, c);
    b.wait(60s);
    check_stale(b, c);
    check_stale(b, {});
    check_stale(b, {0, 77});
    check_stale(b, {5, 0});
    CHECK_FALSE(b.stack.poll_event());  // nobody hears of it any more
}

TEST_CASE("an orphan in FIN-WAIT-2 ends after 60 s, silently") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    CHECK(b.stack.close(c, b.now));
    b.flush();
    CHECK(b.take_one().flags == (flag::fin | flag::ack));
    says(b, flag::ack, irs + 1, iss + 2);
    b.wait(60s - 1ns);
    CHECK(b.tables().by_address.size() == 2);
    b.wait(1ns);
    CHECK(b.tables().by_address.size() == 1);
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.quiet());
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE("a FIN-WAIT-2 that its application holds waits for ever; let go later, it has 60 s from then") {
    bench b;
    const handle c = establish(b, b.listen());
    CHECK(b.stack.shutdown(c, b.now));
    b.flush();
    says(b, flag::ack, irs + 1, iss + 2);
    CHECK(b.stack.next_deadline() == never);
    b.wait(24h);
    CHECK(b.stack.look(c)->state() == state::fin_wait_2);
    CHECK(b.stack.close(c, b.now));
    b.flush();
    CHECK(b.stack.next_deadline() == b.now + 60s);
}

TEST_CASE("what was queued before close arrives, again and again if need be, and then the FIN") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    const std::array<octet, 3> text{'b', 'y', 'e'};
    CHECK(b.stack.send(c, octets(text), b.now));
    CHECK(b.stack.close(c, b.now));
    b.wait(3500ms);  // nobody answers
    const auto sent = b.take();
    REQUIRE(sent.size() >= 3);
    std::string all;
    for (const auto& s : sent)
        if (s.at == sent[0].at) all += s.text;
    CHECK(all == "bye");
    says(b, flag::ack, irs + 1, iss + 5);
    says(b, flag::ack | flag::fin, irs + 1, iss + 5);
    CHECK(b.tables().time_waits.size() == 1);
}

TEST_CASE("text for an orphan is answered with a RST, and that is its end (SHLD-3)") {
    bench b;
    const handle l = b.listen();
    CHECK(b.stack.close(establish(b, l), b.now));
    b.flush();
    b.take();
    says(b, flag::ack, irs + 1, iss + 2, "text");
    CHECK(b.take_one().flags == flag::rst);
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE("close with text unread is a reset (N27)") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    says(b, flag::ack, irs + 1, iss + 1, "unread");
    b.take();
    CHECK(b.stack.close(c, b.now));
    b.flush();
    CHECK(b.take_one().flags == (flag::rst | flag::ack));
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE("an orphan whose peer is gone is given up, and nothing is left") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    CHECK(b.stack.close(c, b.now));
    b.wait(1h);
    CHECK(b.stack.close(l, b.now));
    b.take();
    b.check_empty();
}

TEST_CASE("the peer's FIN first: LAST-ACK ends without TIME-WAIT") {
    bench b;
    const handle l = b.listen();
    const handle c = establish(b, l);
    says(b, flag::ack | flag::fin, irs + 1, iss + 1);
    CHECK(b.stack.close(c, b.now));
    b.flush();
    says(b, flag::ack, irs + 2, iss + 2);
    CHECK(b.tables().time_waits.size() == 0);
    CHECK(b.stack.close(l, b.now));
    b.check_empty();
}

TEST_CASE("what was still to be told of a connection is forgotten with its handle, and nobody else's news with it") {
    bench b;
    const handle l = b.listen();
    std::vector<handle> all;
    const auto accept = [&] {
        const auto c = b.stack.accept(l, b.now);
        REQUIRE(c);
        all.push_back(*c);
    };
    for (std::uint16_t port = 1; port <= 3; ++port) {
        b.arrives({.flags = flag::syn, .sequence = irs}, {lab::client_address, port});
        b.arrives({.flags = flag::ack, .sequence = irs + 1, .acknowledgment = iss + 1}, {lab::client_address, port});
    }
    accept();
    accept();
    CHECK(b.stack.poll_event()->what == news::acceptable);
    CHECK(b.stack.abort(all[0], b.now));  // it is told of nothing any more, but there still
    CHECK(b.stack.poll_event()->socket == all[1]);
    CHECK_FALSE(b.stack.poll_event());
    accept();
    b.flush();  // now it goes
    std::vector<handle> told;
    while (const auto e = b.stack.poll_event())
        if (e->what == news::connected) told.push_back(e->socket);
    CHECK(told == std::vector{all[2]});
}

TEST_CASE("closing what is CLOSED already frees its record, without an error") {
    bench b;
    const auto c = b.stack.connect({lab::server_address, 1}, bench::peer, b.now);
    REQUIRE(c);
    b.flush();
    b.arrives({.flags = flag::rst | flag::ack, .acknowledgment = iss + 1}, bench::peer, {lab::server_address, 1});
    CHECK(b.stack.look(*c)->error() == error::refused);
    CHECK(b.tables().by_address.size() == 0);
    // The addresses can be used again at once, while the error can still be read.
    const auto again = b.stack.connect({lab::server_address, 1}, bench::peer, b.now);
    REQUIRE(again);
    CHECK(b.stack.close(*c, b.now));
    CHECK(b.stack.close(*again, b.now));
    b.check_empty();
}

TEST_CASE("a connection that is aborted can be opened again before anything has left") {
    bench b;
    const auto c = b.stack.connect({lab::server_address, 1}, bench::peer, b.now);
    REQUIRE(c);
    CHECK(b.stack.abort(*c, b.now));
    CHECK(b.stack.connect({lab::server_address, 1}, bench::peer, b.now));
    CHECK(b.tables().by_address.size() == 1);
}
