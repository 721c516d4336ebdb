// SPDX-License-Identifier: MIT
// stack/asking.hpp: SYNs that an application decides on, and listeners for every port.
#include <doctest/doctest.h>

#include "support/pair.hpp"
#include "support/stack_bench.hpp"

#include <sluice/policy/lifecycle/server_only.hpp>

namespace {

using namespace sluice;
using lab::server_socket;
using bench = lab::stack_bench<lab::known_isn_tcp>;
constexpr seq irs{1000}, iss{7000};
constexpr listen_options asking{.asks = true};
const auto syn_ack = flag::syn | flag::ack, reset = flag::rst | flag::ack;

socket_address from_port(int port) { return {lab::client_address, static_cast<std::uint16_t>(port)}; }
lab::shot syn() { return {.flags = flag::syn, .sequence = irs, .options = {.mss = 1000}}; }
lab::shot ack(int text_before = 0, std::string text = {}) {
    return {.flags = flag::ack, .sequence = irs + 1 + static_cast<std::uint32_t>(text_before),
            .acknowledgment = iss + 1, .text = std::move(text)};
}
/// What has asked, accepted.
handle asked(bench& b, handle listener) {
    const auto c = b.stack.accept(listener, b.now);
    REQUIRE(c);
    CHECK(b.stack.look(*c)->state() == state::syn_received_active);
    return *c;
}

}  // namespace

TEST_CASE("a SYN that asks can be accepted at once, and nothing leaves before it is answered, whatever comes") {
    bench b;
    const handle l = b.listen(asking);
    b.arrives(syn());
    CHECK(b.stack.poll_event()->what == news::acceptable);
    const handle c = asked(b, l);
    CHECK(b.stack.look(c)->local() == server_socket);
    CHECK(b.stack.look(c)->remote() == bench::peer);
    CHECK(b.stack.next_deadline() == never);
    b.wait(1s);
    b.arrives(syn());
    b.wait(2s);
    b.arrives(syn());
    CHECK(b.quiet());
    CHECK_FALSE(b.stack.poll_event());
    CHECK(b.stack.to_accept(l) == 0);  // of the same connection

    REQUIRE(b.stack.answer(c, b.now));
    b.flush();
    const auto answer = b.take_one();
    CHECK(answer.flags == syn_ack);
    CHECK(answer.sequence == iss);
    CHECK(answer.acknowledgment == irs + 1);
    CHECK(answer.to == bench::peer);
    b.arrives(ack(0, "hello"));
    CHECK(b.stack.look(c)->state() == state::established);
    CHECK(b.stack.poll_event()->what == news::connected);
    CHECK(b.read(c) == "hello");
    CHECK(b.stack.answer(c, b.now).error() == error::bad_argument);  // it has been
}

TEST_CASE("the SYN,ACK of an answer offers what the SYN had, and ECN as RFC 3168 has it (6.1.1)") {
    bench b;
    const handle l = b.listen(asking);
    lab::shot all = syn();
    all.flags = flag::syn | flag::ece | flag::cwr;
    all.options = {.mss = 1000, .window_scale = 3, .sack_permitted = true, .timestamps = timestamps_option{77, 0}};
    b.arrives(all);
    REQUIRE(b.stack.answer(asked(b, l), b.now));
    b.flush();
    const auto answer = b.take_one();
    CHECK(answer.flags == (syn_ack | flag::ece));
    CHECK(answer.options.window_scale);
    CHECK(answer.options.sack_permitted);
    REQUIRE(answer.options.timestamps);
    CHECK(answer.options.timestamps->echo == 77);

    b.arrives(syn(), from_port(1));
    REQUIRE(b.stack.answer(asked(b, l), b.now));
    b.flush();
    const auto plain = b.take_one();
    CHECK(plain.flags == syn_ack);
    CHECK_FALSE(plain.options.window_scale);
    CHECK_FALSE(plain.options.sack_permitted);
    CHECK_FALSE(plain.options.timestamps);
}

TEST_CASE("a lost SYN,ACK leaves again, by the clock of its own leaving, or for the SYN (N3)") {
    bench b;
    const handle l = b.listen(asking);
    b.arrives(syn());
    const handle c = asked(b, l);
    b.wait(10s);  // undecided
    REQUIRE(b.stack.answer(c, b.now));
    b.flush();
    const instant sent = b.take_one().at;
    b.wait(1s);
    const auto again = b.take_one();
    CHECK(again.flags == syn_ack);
    CHECK(again.at - sent == 1s);  // RFC 6298 section 2.1
    b.arrives(syn());
    CHECK(b.take_one().flags == syn_ack);
}

TEST_CASE("abort, close and the end of the listener refuse what asks: a RST that acknowledges the SYN (3.10.5)") {
    for (const int how : {0, 1, 2}) {
        bench b;
        const handle l = b.listen(asking);
        b.arrives(syn());
        if (how == 0) CHECK(b.stack.abort(asked(b, l), b.now));
        if (how == 1) CHECK(b.stack.close(asked(b, l), b.now));
        if (how == 2) CHECK(b.stack.close(l, b.now));
        b.flush();
        const auto answer = b.take_one();
        CHECK(answer.flags == reset);
        CHECK(answer.acknowledgment == irs + 1);
        b.check_empty(how == 2 ? 0 : 1);
        if (how == 2) continue;
        b.arrives(syn());  // which may ask anew
        CHECK(b.quiet());
        CHECK(b.stack.to_accept(l) == 1);
    }
}

TEST_CASE("who asks and resets, or a RST that comes behind the answer, is told as refused (3.10.7.4 second)") {
    for (const bool is_answered : {false, true}) {
        bench b;
        const handle l = b.listen(asking);
        b.arrives(syn());
        const handle c = asked(b, l);
        if (is_answered) CHECK(b.stack.answer(c, b.now));
        b.flush();
        b.take();
        b.arrives({.flags = flag::rst, .sequence = irs + 1});
        CHECK(b.read(c).empty());
        CHECK(b.last_error == error::refused);
        CHECK(b.stack.poll_event()->socket == l);
        CHECK(b.stack.poll_event()->what == news::failed);
        if (!is_answered) CHECK(b.stack.answer(c, b.now));  // to nobody
        b.flush();
        CHECK(b.quiet());
        CHECK(b.stack.close(c, b.now));
        b.check_empty(1);
    }
}

TEST_CASE("who never acknowledges the SYN,ACK is given up after three minutes (MUST-23)") {
    bench b;
    const handle l = b.listen(asking);
    b.arrives(syn());
    const handle c = asked(b, l);
    CHECK(b.stack.answer(c, b.now));
    b.wait(179s);
    CHECK(b.stack.look(c)->state() == state::syn_received_active);
    b.wait(200s);
    CHECK(b.stack.look(c)->error() == error::timed_out);
    CHECK(b.stack.close(c, b.now));
    b.check_empty(1);
}

TEST_CASE("no more ask than the backlog and the limit of connections have room for; no cookie stands in for them") {
    for (const bool by_limit : {false, true}) {
        bench::settings s;
        if (by_limit) s.limits.most_connections = 2;
        bench b(s);
        const handle l = b.listen({.backlog = by_limit ? 128u : 2u, .asks = true});
        for (int port = 1; port <= 4; ++port) b.arrives(syn(), from_port(port));
        CHECK(b.quiet());
        CHECK(b.stack.to_accept(l) == 2);
        CHECK(b.count().syns_dropped + b.count().accept_overflows == 2);
        const handle first = asked(b, l), second = asked(b, l);
        CHECK(b.stack.look(first)->remote() == from_port(1));
        CHECK(b.stack.look(second)->remote() == from_port(2));
        CHECK(b.stack.accept(l, b.now).error() == error::would_block);
        CHECK(b.stack.abort(first, b.now));
        b.flush();
        b.arrives(syn(), from_port(3));
        CHECK(b.stack.to_accept(l) == 1);
    }
}

TEST_CASE("only a SYN asks: a RST is ignored, an ACK reset, a SYN with a FIN opens nothing (3.10.7.2, N25)") {
    bench b;
    const handle l = b.listen(asking);
    b.arrives({.flags = flag::rst, .sequence = irs});
    b.arrives({.flags = flag::syn | flag::fin, .sequence = irs});
    CHECK(b.quiet());
    b.arrives({.flags = flag::ack, .sequence = irs, .acknowledgment = iss});
    CHECK(b.take_one().flags == flag::rst);
    b.arrives({.flags = syn_ack, .sequence = irs, .acknowledgment = iss});
    CHECK(b.take_one().flags == flag::rst);
    CHECK(b.stack.to_accept(l) == 0);
}

TEST_CASE("a SYN may ask for a new incarnation, which replaces TIME-WAIT once it is answered (MAY-2)") {
    bench b;
    const handle l = b.listen(asking);
    b.arrives(syn());
    const handle c = asked(b, l);
    CHECK(b.stack.answer(c, b.now));
    b.flush();
    b.arrives(ack());
    CHECK(b.stack.close(c, b.now));
    b.flush();
    b.arrives({.flags = flag::fin | flag::ack, .sequence = irs + 1, .acknowledgment = iss + 2});
    REQUIRE(b.tables().time_waits.size() == 1);
    b.take();

    lab::shot anew = syn();
    anew.sequence = irs + 100;
    b.arrives(syn());  // an old one, which TIME-WAIT refuses (RFC 6191 section 2)
    CHECK(b.stack.to_accept(l) == 0);
    b.take();
    b.arrives(anew);
    CHECK(b.quiet());
    const handle next = asked(b, l);
    b.arrives(syn());  // and it does not take the other's place either
    CHECK(b.quiet());
    CHECK(b.tables().time_waits.size() == 1);  // the SYN may be forged
    CHECK(b.stack.answer(next, b.now));
    b.flush();
    CHECK(b.tables().time_waits.size() == 0);
    const auto answer = b.take_one();
    CHECK(answer.flags == syn_ack);
    CHECK(answer.sequence == iss + 2 + 65537);  // beyond the former one's
    CHECK(answer.acknowledgment == irs + 101);
    CHECK(b.count().reincarnations == 1);
    CHECK(b.stack.abort(next, b.now));
    b.check_empty(1);
}

TEST_CASE("text that is sent before the answer waits for the handshake (3.10.2), and answers are for what asks alone") {
    bench b;
    const handle l = b.listen(asking), plain = b.listen({}, {server_socket.address, 81});
    b.arrives(syn());
    const handle c = asked(b, l);
    const std::array<octet, 2> text{'h', 'i'};
    CHECK(b.stack.send(c, octets(text), b.now));
    b.flush();
    CHECK(b.quiet());
    CHECK(b.stack.answer(c, b.now));
    b.flush();
    CHECK(b.take_one().text.empty());
    b.arrives(ack());
    CHECK(b.take_one().text == "hi");

    b.arrives(syn(), from_port(1), {server_socket.address, 81});
    b.arrives(ack(), from_port(1), {server_socket.address, 81});
    const auto other = b.stack.accept(plain, b.now);
    REQUIRE(other);
    CHECK(b.stack.answer(*other, b.now).error() == error::bad_argument);
    CHECK(b.stack.answer(l, b.now).error() == error::bad_handle);
    CHECK(b.stack.close(*other, b.now));
    CHECK(b.stack.answer(*other, b.now).error() == error::bad_handle);
}

TEST_CASE("a SYN with another number takes the place of one that nobody has answered, as in LISTEN (3.10.7.2)") {
    constexpr seq anew{500'000'000};
    bench b;
    const handle l = b.listen(asking);
    b.arrives(syn());
    const handle c = asked(b, l);
    const std::array<octet, 2> text{'h', 'i'};
    CHECK(b.stack.send_urgent(c, octets(text), b.now));
    b.wait(1s);
    lab::shot other{
        .flags = flag::syn | flag::ece | flag::cwr,
        .sequence = anew,
        .window = 4000,
        .options = {.mss = 700, .window_scale = 3, .sack_permitted = true, .timestamps = timestamps_option{77, 0}}};
    b.arrives(other);
    // Neither is one, for which a listener has an ear.
    b.arrives({.flags = syn_ack, .sequence = anew + 9, .acknowledgment = iss + 1});
    b.arrives({.flags = flag::syn | flag::fin, .sequence = anew + 9});
    CHECK(b.quiet());
    CHECK(b.stack.to_accept(l) == 0);
    CHECK(b.stack.look(c)->state() == state::syn_received_active);

    REQUIRE(b.stack.answer(c, b.now));
    b.flush();
    const auto answer = b.take().front();
    CHECK(answer.flags == (syn_ack | flag::ece | flag::urg));
    CHECK(answer.sequence == iss);
    CHECK(answer.acknowledgment == anew + 1);
    CHECK(answer.options.window_scale);
    CHECK(answer.options.sack_permitted);
    REQUIRE(answer.options.timestamps);
    CHECK(answer.options.timestamps->echo == 77);
    CHECK(b.stack.look(c)->variables().snd.max_wnd == 4000);

    b.arrives({.flags = flag::ack,
               .sequence = anew + 1,
               .acknowledgment = iss + 1,
               .text = "hello",
               .options = {.timestamps = timestamps_option{78, answer.options.timestamps->value}}});
    CHECK(b.stack.look(c)->state() == state::established);
    CHECK(b.read(c) == "hello");
    const auto sent = b.take();
    REQUIRE(!sent.empty());
    CHECK(sent.front().text == "hi");
    CHECK(sent.front().has(flag::urg));
    CHECK(b.stack.look(c)->variables().mss == 700 - 12);

    // Once it is answered another number is challenged (RFC 5961 section 4.2).
    b.arrives(syn(), from_port(1));
    REQUIRE(b.stack.answer(asked(b, l), b.now));
    b.flush();
    b.take();
    b.arrives({.flags = flag::syn, .sequence = anew}, from_port(1));
    const auto challenge = b.take_one();
    CHECK(challenge.flags == flag::ack);
    CHECK(challenge.acknowledgment == irs + 1);
}

TEST_CASE("what the first SYN lacked the next may have, and the other way round; the last one counts") {
    bench b;
    const handle l = b.listen(asking);
    const tcp_options all{.mss = 1000, .window_scale = 3, .sack_permitted = true};
    b.arrives({.flags = flag::syn, .sequence = irs, .options = all});
    const handle c = asked(b, l);
    b.arrives({.flags = flag::syn, .sequence = irs + 70000});
    b.arrives({.flags = flag::syn, .sequence = irs, .options = all});
    b.arrives({.flags = flag::syn, .sequence = irs + 1});  // in the window of the last
    REQUIRE(b.stack.answer(c, b.now));
    b.flush();
    const auto answer = b.take_one();
    CHECK(answer.acknowledgment == irs + 2);
    CHECK_FALSE(answer.options.window_scale);
    CHECK_FALSE(answer.options.sack_permitted);
    CHECK(b.stack.look(c)->variables().mss == default_mss_v4);
    CHECK(b.stack.look(c)->variables().totals.segments_in == 4);
    b.arrives({.flags = flag::ack, .sequence = irs + 2, .acknowledgment = iss + 1, .window = 2000});
    CHECK(b.stack.look(c)->variables().snd.wnd == 2000);  // RFC 7323 section 2.2: a shift only if both SYNs have one
}

TEST_CASE("RFC 5482 section 3.1: a user timeout of the first SYN is forgotten with it") {
    bench::settings settings;
    settings.limits.connection.user_timeout_option = true;
    bench b(settings);
    const handle l = b.listen(asking);
    lab::shot first = syn();
    first.options.user_timeout = encode_user_timeout(500s);
    b.arrives(first);
    const handle c = asked(b, l);
    CHECK(b.stack.look(c)->variables().peer_user_timeout != 0);
    b.arrives({.flags = flag::syn, .sequence = irs + 70000, .options = {.mss = 1000}});
    CHECK(b.stack.look(c)->variables().peer_user_timeout == 0);
}

TEST_CASE("two stacks: a connection that was asked for carries text both ways") {
    lab::pair<lab::default_stack_tcp> p;
    const auto l = p.server.listen({{}, 0}, p.now, {.every_port = true, .asks = true});
    REQUIRE(l);
    const auto near = p.client.connect({lab::client_address, 5000}, {lab::server_address, 6000}, p.now);
    REQUIRE(near);
    p.settle();
    CHECK(p.client.look(*near)->state() == state::syn_sent);
    const auto far = p.server.accept(*l, p.now);
    REQUIRE(far);
    CHECK(p.server.answer(*far, p.now));
    p.settle();
    CHECK(p.client.look(*near)->state() == state::established);
    CHECK(p.server.look(*far)->state() == state::established);
    const std::array<octet, 2> text{'h', 'i'};
    CHECK(p.client.send(*near, octets(text), p.now));
    CHECK(p.server.send(*far, octets(text), p.now));
    p.settle();
    CHECK(p.server.look(*far)->readable() == 2);
    CHECK(p.client.look(*near)->readable() == 2);
}

TEST_CASE("without an active OPEN in its lifecycle nothing can ask") {
    lab::stack_bench<tcp<growable_buffers, server_only>> b;
    CHECK(b.stack.listen(server_socket, b.now, asking).error() == error::not_supported);
    CHECK(b.stack.listen(server_socket, b.now));
}

// ---- every port -----------------------------------------------------------------------------------------------------

TEST_CASE("a listener for every port takes what has no nearer one: port goes before address, any address comes last") {
    bench b;
    const socket_address host{server_socket.address, 0}, other{ip_address::v4(198, 18, 0, 3), 81};
    const handle everywhere = b.listen({.every_port = true}, {{}, 0}), here = b.listen({.every_port = true}, host),
                 port_81 = b.listen({}, {{}, 81}), exact = b.listen();
    const auto comes_to = [&](const socket_address& to) {
        b.arrives(syn(), bench::peer, to);
        b.arrives(ack(), bench::peer, to);
        for (const handle l : {everywhere, here, port_81, exact})
            if (const auto c = b.stack.accept(l, b.now)) {
                CHECK(b.stack.look(*c)->local() == to);
                return l;
            }
        return handle{};
    };
    CHECK(comes_to(server_socket) == exact);
    CHECK(comes_to({server_socket.address, 81}) == port_81);
    CHECK(comes_to({server_socket.address, 82}) == here);
    CHECK(comes_to({server_socket.address, 65535}) == here);
    CHECK(comes_to(other) == port_81);
    CHECK(comes_to({other.address, 82}) == everywhere);
    CHECK(b.stack.close(here, b.now));
    CHECK(comes_to({server_socket.address, 83}) == everywhere);
}

TEST_CASE("every port is port 0 and that option, one without the other is a mistake") {
    bench b;
    CHECK(b.stack.listen({{}, 0}, b.now).error() == error::bad_argument);
    CHECK(b.stack.listen({{}, 80}, b.now, {.every_port = true}).error() == error::bad_argument);
    CHECK(b.stack.listen({{}, 0}, b.now, {.every_port = true}));
    CHECK(b.stack.listen({{}, 0}, b.now, {.every_port = true}).error() == error::already_open);
    CHECK(b.stack.listen({server_socket.address, 0}, b.now, {.every_port = true}));
}
