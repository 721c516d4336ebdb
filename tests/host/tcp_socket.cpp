// SPDX-License-Identifier: MIT
// host/tcp_socket.hpp: what each call of a socket does, what it answers when it can't, and what happens to who waits.
#include "support/hosts.hpp"

namespace {

using namespace sluice;
using lab::message;

constexpr socket_address nobodys{lab::server_address, 9};

/// What a coroutine does with a socket that it owns, until it is cancelled.
template <class Tcp>
task<> hold(tcp_socket<Tcp> owned) {
    co_await sleep_until(never);
    static_cast<void>(owned);
}

task<> sleep_a_second() { co_await sleep_for(1s); }

}  // namespace

// ---- connect --------------------------------------------------------------------------------------------------------

TEST_CASE("connect ends with the handshake, and the names of both ends are known") {
    lab::connected p;
    CHECK(p.near.getpeername().value() == lab::echo_port);
    CHECK(p.far.getsockname().value() == lab::echo_port);
    CHECK(p.near.getsockname().value() == p.far.getpeername().value());
    CHECK(p.near.getsockname().value().address == lab::client_address);
    CHECK(p.near.getsockname().value().port != 0);
}

TEST_CASE("info tells what tcp_info has names for, while there is a connection") {
    lab::connected p;
    const auto told = p.near.info();
    REQUIRE(told);
    CHECK(told.value().tcpi_state == state::established);
    CHECK(told.value().tcpi_snd_mss == 1448);
    CHECK(told.value().tcpi_bytes_acked == 1);
    REQUIRE(p.near.abort());
    CHECK_FALSE(p.near.info());
}

TEST_CASE("connect speaks from the host's address of the other's family, or from where it is bound") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen({.address = {}, .port = 7}));
    tcp_socket six(p.client), bound(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(six.connect({lab::server_v6, 7}), answer));
    CHECK(answer == error::none);
    CHECK(six.getsockname().value().address == lab::client_v6);

    CHECK(bound.bind({.address = {}, .port = 2000}));
    CHECK(bound.getsockname().value().port == 2000);
    p.spawn(p.client, lab::keep_error(bound.connect({lab::server_address, 7}), answer));
    CHECK(answer == error::none);
    CHECK(bound.getsockname().value() == socket_address{lab::client_address, 2000});
    CHECK(bound.bind({.address = {}, .port = 2001}).error() == error::already_open);
}

TEST_CASE("connect to where nobody listens is refused, and the socket can try elsewhere") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen(lab::echo_port));
    tcp_socket socket(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(socket.connect(nobodys), answer));
    CHECK(answer == error::refused);
    CHECK(socket.getpeername().error() == error::not_open);
    p.spawn(p.client, lab::keep_error(socket.connect(lab::echo_port), answer));
    CHECK(answer == error::none);
    p.spawn(p.client, lab::keep_error(socket.connect(lab::echo_port), answer));
    CHECK(answer == error::already_open);
}

TEST_CASE("connect to nobody, to no host, or from no address of the family is refused at once") {
    lab::hosts p;
    host<lab::host_tcp> only_four({}, lab::client_address);
    tcp_socket socket(p.client), four(only_four);
    error answer{};
    p.spawn(p.client, lab::keep_error(socket.connect({{}, 7}), answer));
    CHECK(answer == error::remote_unspecified);
    p.spawn(p.client, lab::keep_error(socket.connect({ip_address::v4(224, 0, 0, 1), 7}), answer));
    CHECK(answer == error::bad_address);
    p.spawn(p.client, lab::keep_error(four.connect({lab::server_v6, 7}), answer));
    CHECK(answer == error::network_unreachable);
    CHECK(p.client.stack().variables().sockets.size() == 0);
}

TEST_CASE("connect that nobody answers is given up after the three minutes of MUST-23") {
    lab::hosts p;
    p.passes = [](bool, const segment&) { return false; };
    tcp_socket socket(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(socket.connect(lab::echo_port), answer));
    p.pass(179s);
    CHECK(answer == error::would_block);
    p.pass(10min);
    CHECK(answer == error::timed_out);
    p.spawn(p.client, lab::keep_error(socket.connect(lab::echo_port), answer));
    CHECK(answer == error::would_block);
}

TEST_CASE("connect that is cancelled is taken back, and the socket can connect again") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen(lab::echo_port));
    bool is_lost = true;
    p.passes = [&](bool, const segment&) { return !is_lost; };
    tcp_socket socket(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(2s, socket.connect(lab::echo_port), answer));
    p.pass(2s);
    CHECK(answer == error::timed_out);
    CHECK(socket.getpeername().error() == error::not_open);
    CHECK(p.client.stack().variables().sockets.size() == 0);
    CHECK(p.client.next_deadline() == never);
    is_lost = false;
    p.spawn(p.client, lab::keep_error(socket.connect(lab::echo_port), answer));
    CHECK(answer == error::none);
}

TEST_CASE("connect that is cancelled in the very turn in which it ended is taken back too") {
    lab::hosts p;
    tcp_listener listener(p.client);
    CHECK(listener.listen({lab::client_address, 7}));
    tcp_socket socket(p.server);
    error answer{};
    // The SYN,ACK is lost once, and its copy leaves after a second, just when the program's patience ends.
    int answers = 0;
    p.passes = [&](bool from_client, const segment&) { return !from_client || answers++ > 0; };
    p.spawn(p.server, lab::keep_error(1s, socket.connect({lab::client_address, 7}), answer));
    p.pass(1s);
    CHECK(answers > 1);
    CHECK(answer == error::timed_out);
    CHECK(socket.getpeername().error() == error::not_open);
    CHECK(p.server.is_done());
}

TEST_CASE("shutdown while it connects ends it") {
    lab::hosts p;
    p.passes = [](bool, const segment&) { return false; };
    tcp_socket socket(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(socket.connect(lab::echo_port), answer));
    const auto shut = [&]() -> task<> {
        CHECK(socket.shutdown());
        co_return;
    };
    p.spawn(p.client, shut());
    CHECK(answer == error::aborted);
    CHECK(socket.getpeername().error() == error::not_open);
}

// ---- send and recv --------------------------------------------------------------------------------------------------

TEST_CASE("send is over when all of it is taken, though there is less room at a time, and recv gets what was sent") {
    lab::connected p;
    const auto data = message(1'000'000);
    std::vector<octet> read;
    error how{};
    std::optional<result<std::size_t>> sent;
    std::size_t taken = 0;
    p.spawn(p.client, lab::keep(p.near.send(data, &taken), sent));
    CHECK_FALSE(sent);
    CHECK(taken > 0);
    CHECK(taken < data.size());
    p.spawn(p.server, lab::read_all(p.far, read, how));
    REQUIRE(sent);
    CHECK(sent->value_or(0) == data.size());
    CHECK(taken == data.size());
    CHECK(how == error::would_block);
    CHECK(p.near.shutdown());
    p.settle();
    CHECK(how == error::none);
    CHECK(read == data);
}

TEST_CASE("recv answers 0 once the peer has ended, again and again, and sending goes on: half a close") {
    lab::connected p;
    CHECK(p.near.shutdown());
    p.settle();
    std::array<octet, 10> place;
    for (int i = 0; i < 2; ++i) {
        std::optional<result<std::size_t>> got;
        p.spawn(p.server, lab::keep(p.far.recv(place), got));
        REQUIRE(got);
        CHECK(got->value_or(99) == 0);
    }
    error answer{};
    std::vector<octet> read;
    const auto data = message(5000);
    p.spawn(p.server, lab::keep_error(p.far.send(data), answer));
    CHECK(answer == error::none);
    p.spawn(p.client, lab::read_all(p.near, read, answer));
    CHECK(read == data);
    CHECK(answer == error::would_block);
    p.spawn(p.client, lab::keep_error(p.near.send(data), answer));
    CHECK(answer == error::closing);
    CHECK(p.near.shutdown().error() == error::closing);
}

TEST_CASE("recv waits until something has come, and takes no more than there is place for") {
    lab::connected p;
    std::array<octet, 4> place{};
    std::optional<result<std::size_t>> got;
    p.spawn(p.server, lab::keep(p.far.recv(place), got));
    p.pass(1h);
    CHECK_FALSE(got);
    error answer{};
    const auto data = message(6);
    p.spawn(p.client, lab::keep_error(p.near.send(data), answer));
    REQUIRE(got);
    CHECK(got->value_or(0) == 4);
    CHECK(place == std::array<octet, 4>{1, 2, 3, 4});
    p.spawn(p.server, lab::keep(p.far.recv(place), got));
    CHECK(got->value_or(0) == 2);
}

TEST_CASE("send_some takes what there is room for, and waits when there is none") {
    lab::connected p;
    const auto data = message(1'000'000);
    std::optional<result<std::size_t>> first, second;
    p.spawn(p.client, lab::keep(p.near.send_some(data), first));
    REQUIRE(first);
    CHECK(first->value_or(0) > 0);
    CHECK(first->value_or(0) < data.size());
    std::size_t sum = first->value_or(0);
    // Until the peer's window is full too.
    do {
        second.reset();
        p.spawn(p.client, lab::keep(p.near.send_some(data), second));
        if (second) sum += second->value_or(0);
    } while (second);
    std::vector<octet> read;
    error how{};
    p.spawn(p.server, lab::read_all(p.far, read, how));
    REQUIRE(second);
    CHECK(second->value_or(0) > 0);
    CHECK(read.size() == sum + second->value_or(0));
}

TEST_CASE("send that is cancelled has said how much it took, and exactly that arrives") {
    lab::connected p;
    const auto data = message(1'000'000);
    std::size_t taken = 0;
    error answer{};
    p.spawn(p.client, lab::keep_error(10s, p.near.send(data, &taken), answer));
    p.pass(10s);
    CHECK(answer == error::timed_out);
    CHECK(taken > 0);
    CHECK(taken < data.size());
    std::vector<octet> read;
    p.spawn(p.server, lab::read_all(p.far, read, answer));
    CHECK(p.near.shutdown());
    p.pass(10min);
    CHECK(answer == error::none);
    CHECK(read == std::vector<octet>(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(taken)));
}

TEST_CASE("recv that is cancelled loses nothing, not even when something has come for it in the same turn") {
    lab::connected p;
    std::array<octet, 100> place;
    error answer{}, ignored{};
    const auto data = message(10);
    const auto send_after = [&](duration d) -> task<> {
        co_await sleep_for(d);
        const auto sent = co_await p.near.send(data);
        ignored = sent.error();
    };
    for (const duration when : {999ms, 1000ms, 1001ms}) {
        p.spawn(p.server, lab::keep_error(1s, p.far.recv(place), answer));
        p.spawn(p.client, send_after(when));
        p.pass(2s);
        CHECK(ignored == error::none);
        CHECK(answer == (when < 1s ? error::none : error::timed_out));
        if (answer == error::none) continue;
        std::optional<result<std::size_t>> got;
        p.spawn(p.server, lab::keep(p.far.recv(place), got));
        REQUIRE(got);
        CHECK(got->value_or(0) == 10);
    }
}

TEST_CASE("a socket that is closed in the turn in which something has come for it has nothing to read any more") {
    lab::connected p;
    std::array<octet, 100> place;
    error answer{}, sent{};
    const auto data = message(10);
    const auto send_after_a_second = [&]() -> task<> {
        co_await sleep_for(1s);
        const auto done = co_await p.near.send(data);
        sent = done.error();
    };
    const auto close_after_a_second = [&]() -> task<> {
        co_await sleep_for(1s);
        p.far = {};
    };
    p.spawn(p.server, lab::keep_error(p.far.recv(place), answer));
    p.spawn(p.server, close_after_a_second());
    p.spawn(p.client, send_after_a_second());
    p.pass(1s);
    CHECK(answer == error::bad_handle);
}

TEST_CASE("one program at a time waits in each direction; a second one is refused") {
    lab::connected p;
    const auto data = message(1'000'000);
    std::array<octet, 10> a, b;
    error first{}, second{}, out{}, second_out{};
    p.spawn(p.client, lab::keep_error(p.near.recv(a), first));
    p.spawn(p.client, lab::keep_error(p.near.recv(b), second));
    CHECK(first == error::would_block);
    CHECK(second == error::bad_argument);
    p.spawn(p.client, lab::keep_error(p.near.peek(), second));
    CHECK(second == error::bad_argument);
    p.spawn(p.client, lab::keep_error(p.near.send(data), out));
    CHECK(out == error::would_block);
    p.spawn(p.client, lab::keep_error(p.near.send_some(data), second_out));
    CHECK(second_out == error::bad_argument);
    p.spawn(p.client, lab::keep_error(p.near.reserve(10), second_out));
    CHECK(second_out == error::bad_argument);
    p.spawn(p.server, lab::keep_error(p.far.send(message(10)), second));
    CHECK(first == error::none);
    p.spawn(p.client, lab::keep_error(p.near.recv(b), second));
    CHECK(second == error::would_block);  // its turn
}

TEST_CASE("the answers of two calls in one expression do not get into each other's way") {
    lab::connected p;
    std::array<octet, 1> a{}, b{};
    error answer{};
    p.spawn(p.client, lab::keep_error(p.near.send(message(2)), answer));
    std::size_t sum = 0;
    const auto add = [](auto one, auto other) { return one.value_or(0) + other.value_or(0); };
    const auto both = [&]() -> task<> { sum = add(co_await p.far.recv(a), co_await p.far.recv(b)); };
    p.spawn(p.server, both());
    CHECK(sum == 2);
    CHECK(a[0] + b[0] == 1 + 2);
}

TEST_CASE("when_all takes calls and tasks together") {
    lab::connected p;
    const auto seven = []() -> task<int> { co_return 7; };
    int number = 0;
    std::size_t sent = 0;
    const auto both = [&]() -> task<> {
        const auto [a, b, c] = co_await when_all(p.near.send(message(3)), seven(), sleep_a_second());
        sent = a.value_or(0);
        number = b;
        static_assert(std::is_same_v<decltype(c), const std::monostate>);
    };
    p.spawn(p.client, both());
    CHECK(sent == 0);
    p.pass(1s);
    CHECK(sent == 3);
    CHECK(number == 7);
}

TEST_CASE("when_all reads and writes at the same time") {
    lab::connected p;
    const auto data = message(300'000);
    std::vector<octet> read;
    error how{};
    std::array<octet, 3> place;
    std::optional<std::size_t> sent, got;
    const auto both = [&]() -> task<> {
        const auto [a, b] = co_await when_all(p.near.send(data), p.near.recv(place));
        sent = a.value_or(0);
        got = b.value_or(0);
    };
    p.spawn(p.client, both());
    CHECK_FALSE(sent);
    p.spawn(p.server, lab::read_all(p.far, read, how));
    p.spawn(p.server, lab::keep_error(p.far.send(message(3)), how));
    CHECK(sent == 300'000);
    CHECK(got == 3);
}

// ---- by reference ---------------------------------------------------------------------------------------------------

TEST_CASE("reserve lends room that commit sends, and waits while there is none") {
    lab::connected p;
    std::optional<result<mutable_octets>> room;
    std::vector<octet> written, read;
    do {
        room.reset();
        p.spawn(p.client, lab::keep(p.near.reserve(10'000), room));
        if (!room) break;
        const mutable_octets place = room->value();
        REQUIRE(place.size() > 0);
        for (octet& each : place) written.push_back(each = static_cast<octet>(written.size() * 7));
        CHECK(p.near.commit(place.size()));
        p.settle();
    } while (true);
    CHECK(written.size() > 100'000);
    error how{};
    p.spawn(p.server, lab::read_all(p.far, read, how));
    CHECK(read == written);
    REQUIRE(room);
    CHECK(room->value().size() > 0);
    CHECK(p.near.commit(0));
}

TEST_CASE("peek shows what has come, consume takes it, and after the end there is nothing to see") {
    lab::connected p;
    std::optional<result<octets>> seen;
    error answer{};
    p.spawn(p.server, lab::keep(p.far.peek(), seen));
    CHECK_FALSE(seen);
    const auto data = message(10);
    p.spawn(p.client, lab::keep_error(p.near.send(data), answer));
    REQUIRE(seen);
    CHECK(std::vector<octet>(seen->value().begin(), seen->value().end()) == data);
    CHECK(p.far.consume(11).error() == error::bad_argument);
    CHECK(p.far.consume(9));
    p.spawn(p.server, lab::keep(p.far.peek(), seen));
    CHECK(seen->value().size() == 1);
    CHECK(p.far.consume(1));
    CHECK(p.near.shutdown());
    p.spawn(p.server, lab::keep(p.far.peek(), seen));
    CHECK(seen->value().empty());
}

TEST_CASE("lend sends octets from where they lie, waits for room, and says when they are free again") {
    lab::connected p;
    const auto data = message(70'000), more = message(70'000, 9);  // more than the buffer's 65536
    lent_octets first{data}, second{more};
    error answer{}, waits{};
    bool is_lost = true;
    p.passes = [&](bool, const segment&) { return !is_lost; };
    p.spawn(p.client, lab::keep_error(p.near.lend(first), answer));
    CHECK(answer == error::none);
    CHECK_FALSE(first.returned);
    p.spawn(p.client, lab::keep_error(p.near.lend(second), waits));
    CHECK(waits == error::would_block);
    is_lost = false;
    std::vector<octet> read;
    p.spawn(p.server, lab::read_all(p.far, read, answer));
    p.pass(1min);
    CHECK(waits == error::none);
    CHECK(first.returned);
    CHECK(second.returned);
    CHECK(read.size() == 140'000);
    CHECK(std::equal(more.begin(), more.end(), read.begin() + 70'000));
}

TEST_CASE("drained waits until the peer has acknowledged what was sent, and then what was lent is returned") {
    const auto data = message(50'000);
    lent_octets lent{data};
    lab::connected p;
    error answer{}, drained{};
    bool is_lost = true;
    p.passes = [&](bool, const segment&) { return !is_lost; };
    p.spawn(p.client, lab::keep_error(p.near.drained(), drained));
    CHECK(drained == error::none);  // nothing was sent
    p.spawn(p.client, lab::keep_error(p.near.lend(lent), answer));
    p.spawn(p.client, lab::keep_error(1ms, p.near.drained(), drained));
    p.pass(1ms);
    CHECK(drained == error::timed_out);
    p.spawn(p.client, lab::keep_error(p.near.drained(), drained));
    CHECK(drained == error::would_block);
    CHECK_FALSE(lent.returned);
    std::vector<octet> read;
    p.spawn(p.server, lab::read_all(p.far, read, answer));
    is_lost = false;
    p.pass(1min);
    CHECK(drained == error::none);
    CHECK(lent.returned);
    // And the end, once there is one.
    is_lost = true;
    CHECK(p.near.shutdown());
    p.spawn(p.client, lab::keep_error(p.near.drained(), drained));
    CHECK(drained == error::would_block);
    is_lost = false;
    p.pass(1min);
    CHECK(drained == error::none);
    CHECK(read == data);
}

TEST_CASE("drained hears of a reset, and what was lent is returned") {
    const auto data = message(300'000);
    lent_octets lent{data};
    lab::connected p;
    error answer{}, drained{};
    p.spawn(p.client, lab::keep_error(p.near.lend(lent), answer));
    p.spawn(p.client, lab::keep_error(p.near.drained(), drained));
    p.pass(1ms);
    CHECK(drained == error::would_block);  // nobody reads, and the window is shut
    CHECK(p.far.abort());
    p.settle();
    CHECK(drained == error::reset);
    CHECK(lent.returned);
}

TEST_CASE("send_more lets what makes no full segment wait for the next send, however much it is") {
    lab::connected p;
    std::vector<std::uint32_t> segments;
    p.passes = [&](bool from_client, const segment& s) {
        if (from_client && s.text_length > 0) segments.push_back(s.text_length);
        return true;
    };
    error answer{};
    std::size_t taken = 0;
    p.spawn(p.client, lab::keep_error(p.near.send_more(message(1500), &taken), answer));
    CHECK(answer == error::none);
    CHECK(taken == 1500);
    CHECK(segments == std::vector<std::uint32_t>{1448});
    p.spawn(p.client, lab::keep_error(p.near.send(message(10)), answer));
    CHECK(segments == std::vector<std::uint32_t>{1448, 62});
}

TEST_CASE("quick_ack sends the ACK that is owed at once, and ends the first segments' haste when it is off") {
    lab::connected p({}, {.ack = {.quick_start = 2}});
    int acks = 0;
    p.passes = [&](bool from_client, const segment&) { return acks += !from_client, true; };
    error answer{};
    const auto send_some = [&] { p.spawn(p.client, lab::keep_error(p.near.send(message(10)), answer)); };
    CHECK(p.far.quick_ack(false));
    send_some();
    CHECK(acks == 0);
    CHECK(p.far.quick_ack());
    p.settle();
    CHECK(acks == 1);
    send_some();
    CHECK(acks == 2);
    CHECK(p.far.abort());
    CHECK(p.far.quick_ack().error() == error::bad_handle);
}

TEST_CASE("urgent waits until something urgent has come, and says how far it reaches") {
    lab::connected p;
    std::optional<result<std::uint32_t>> ahead;
    error answer{};
    p.spawn(p.server, lab::keep(p.far.urgent(), ahead));
    p.spawn(p.client, lab::keep_error(p.near.send(message(100)), answer));
    CHECK_FALSE(ahead);
    p.spawn(p.client, lab::keep_error(p.near.send_urgent(message(3)), answer));
    REQUIRE(ahead);
    CHECK(ahead->value_or(0) == 103);
    std::array<octet, 103> place;
    std::optional<result<std::size_t>> got;
    p.spawn(p.server, lab::keep(p.far.recv(place), got));
    CHECK(got->value_or(0) == 103);
    ahead.reset();
    p.spawn(p.server, lab::keep(p.far.urgent(), ahead));
    CHECK_FALSE(ahead);
    CHECK(p.near.shutdown());
    p.settle();
    REQUIRE(ahead);
    CHECK(ahead->error() == error::closing);
}

// ---- the end --------------------------------------------------------------------------------------------------------

TEST_CASE("a socket that is destroyed closes: the peer reads to the end, and nothing is left of it") {
    lab::connected p;
    error answer{};
    std::vector<octet> read;
    const auto data = message(200'000);
    p.spawn(p.client, lab::keep_error(p.near.send_some(data), answer));
    p.near = {};
    p.spawn(p.server, lab::read_all(p.far, read, answer));
    CHECK(answer == error::none);
    CHECK(!read.empty());
    CHECK(std::equal(read.begin(), read.end(), data.begin()));
    p.far = {};
    p.settle();
    CHECK(p.client.is_done());
    CHECK(p.server.is_done());
}

TEST_CASE("close gives the socket up though nobody awaits it") {
    lab::connected p;
    {
        const auto dropped = p.near.close();
        CHECK(p.near.getpeername().error() == error::bad_handle);
    }
    p.settle();
    std::optional<result<std::size_t>> got;
    std::array<octet, 1> place;
    p.spawn(p.server, lab::keep(p.far.recv(place), got));
    CHECK(got->value_or(9) == 0);
}

TEST_CASE("close with octets unread resets, and so does one after which octets come (MAY-1, SHLD-3)") {
    for (const bool comes_later : {false, true}) {
        lab::connected p;
        error answer{}, closed{};
        if (!comes_later) p.spawn(p.client, lab::keep_error(p.near.send(message(10)), answer));
        p.spawn(p.server, lab::keep_error(p.far.close(), closed));
        CHECK(closed == error::none);
        if (comes_later) p.spawn(p.client, lab::keep_error(p.near.send(message(10)), answer));
        std::array<octet, 10> place;
        p.spawn(p.client, lab::keep_error(p.near.recv(place), answer));
        CHECK(answer == error::reset);
    }
}

TEST_CASE("linger off: close is over at once, and what was sent arrives though the network is down for a while") {
    lab::connected p;
    error answer{};
    bool is_down = true;
    p.passes = [&](bool, const segment&) { return !is_down; };
    p.spawn(p.client, lab::keep_error(p.near.send(message(5000)), answer));
    p.spawn(p.client, lab::keep_error(p.near.close(), answer));
    CHECK(answer == error::none);
    is_down = false;
    std::vector<octet> read;
    p.spawn(p.server, lab::read_all(p.far, read, answer));
    p.pass(10s);
    CHECK(answer == error::none);
    CHECK(read == message(5000));
}

TEST_CASE("linger 0: close resets, and so does the destructor") {
    for (const bool calls_close : {true, false}) {
        lab::connected p;
        error answer{}, closed{};
        std::array<octet, 10> place;
        CHECK(p.near.set_option(option::linger{0s}));
        p.spawn(p.server, lab::keep_error(p.far.recv(place), answer));
        if (calls_close) p.spawn(p.client, lab::keep_error(p.near.close(), closed));
        p.near = {};
        p.settle();
        CHECK(closed == error::none);
        CHECK(answer == error::reset);
        CHECK(p.client.is_done());
    }
}

TEST_CASE("linger t: close waits until everything is acknowledged, the FIN too, whoever closes first") {
    for (const bool peer_closes_first : {false, true}) {
        lab::connected p;
        error answer{}, closed{};
        CHECK(p.near.set_option(option::linger{30s}));
        p.spawn(p.client, lab::keep_error(p.near.send(message(5000)), answer));
        if (peer_closes_first) CHECK(p.far.shutdown());
        p.settle();
        bool is_down = true;
        p.passes = [&](bool, const segment&) { return !is_down; };
        p.spawn(p.client, lab::keep_error(p.near.close(), closed));
        p.pass(5s);
        CHECK(closed == error::would_block);
        is_down = false;
        p.pass(10s);
        CHECK(closed == error::none);
        std::vector<octet> read;
        p.spawn(p.server, lab::read_all(p.far, read, answer));
        CHECK(read == message(5000));
        CHECK(answer == error::none);
    }
}

TEST_CASE("linger t: close waits for a FIN that crosses the peer's") {
    lab::connected p;
    error closed{};
    bool is_down = true;
    CHECK(p.near.set_option(option::linger{30s}));
    p.passes = [&](bool from_client, const segment&) { return !from_client || !is_down; };
    p.spawn(p.client, lab::keep_error(p.near.close(), closed));
    CHECK(p.far.shutdown());
    p.settle();
    CHECK(closed == error::would_block);  // in CLOSING: the peer's FIN has come, and acknowledged nothing
    is_down = false;
    p.pass(10s);
    CHECK(closed == error::none);
}

TEST_CASE("linger t: when t is over, close resets and says so") {
    lab::connected p;
    error answer{}, closed{};
    std::array<octet, 10> place;
    bool is_down = true;
    p.passes = [&](bool, const segment&) { return !is_down; };
    CHECK(p.near.set_option(option::linger{3s}));
    p.spawn(p.client, lab::keep_error(p.near.send(message(5000)), answer));
    p.spawn(p.client, lab::keep_error(p.near.close(), closed));
    p.spawn(p.server, lab::keep_error(p.far.recv(place), answer));
    p.pass(2999ms);
    CHECK(closed == error::would_block);
    // Octets are missing before its number, so it is challenged first (RFC 5961 section 3).
    p.passes = [](bool from_client, const segment& s) { return !from_client || s.has(flag::rst); };
    p.pass(1ms);
    CHECK(closed == error::timed_out);
    CHECK(answer == error::reset);
    CHECK(p.client.is_done());
}

TEST_CASE("linger t: octets that come now are nobody's: close resets") {
    lab::connected p;
    error answer{}, closed{};
    p.passes = [](bool from_client, const segment&) { return !from_client; };
    CHECK(p.near.set_option(option::linger{30s}));
    p.spawn(p.client, lab::keep_error(p.near.close(), closed));
    CHECK(closed == error::would_block);
    p.spawn(p.server, lab::keep_error(p.far.send(message(10)), answer));
    CHECK(closed == error::aborted);
    CHECK(p.client.is_done());
}

TEST_CASE("linger t: a close that is cancelled leaves the rest to TCP") {
    lab::connected p;
    error answer{}, closed{};
    p.passes = [](bool, const segment&) { return false; };
    CHECK(p.near.set_option(option::linger{30s}));
    p.spawn(p.client, lab::keep_error(p.near.send(message(5000)), answer));
    p.spawn(p.client, lab::keep_error(1s, p.near.close(), closed));
    p.pass(1s);
    CHECK(closed == error::timed_out);
    p.passes = [](bool, const segment&) { return true; };
    std::vector<octet> read;
    p.spawn(p.server, lab::read_all(p.far, read, answer));
    p.pass(10s);
    CHECK(answer == error::none);
    CHECK(read == message(5000));
}

TEST_CASE("linger t: who waits for the socket is told at once, and what never was open is closed at once") {
    lab::connected p;
    error answer{}, closed{};
    std::array<octet, 10> place;
    p.passes = [](bool, const segment&) { return false; };
    CHECK(p.near.set_option(option::linger{30s}));
    p.spawn(p.client, lab::keep_error(p.near.recv(place), answer));
    p.spawn(p.client, lab::keep_error(p.near.close(), closed));
    CHECK(answer == error::bad_handle);
    CHECK(closed == error::would_block);
    tcp_socket fresh(p.client);
    CHECK(fresh.set_option(option::linger{30s}));
    p.spawn(p.client, lab::keep_error(fresh.close(), closed));
    CHECK(closed == error::none);
}

TEST_CASE("abort resets at once") {
    lab::connected p;
    error answer{};
    std::array<octet, 10> place;
    p.spawn(p.server, lab::keep_error(p.far.recv(place), answer));
    CHECK(p.near.abort());
    CHECK(p.near.abort().error() == error::bad_handle);
    p.settle();
    CHECK(answer == error::reset);
    CHECK(p.client.is_done());
}

// ---- while somebody waits -------------------------------------------------------------------------------------------

TEST_CASE("a reset wakes who reads, who writes and who waits for something urgent, and they hear of it") {
    lab::connected p;
    error in{}, out{}, urgent{};
    std::array<octet, 10> place;
    const auto data = message(1'000'000);
    p.spawn(p.client, lab::keep_error(p.near.recv(place), in));
    p.spawn(p.client, lab::keep_error(p.near.send(data), out));
    p.spawn(p.client, lab::keep_error(p.near.urgent(), urgent));
    CHECK(out == error::would_block);
    CHECK(p.far.abort());
    p.settle();
    CHECK(in == error::reset);
    CHECK(out == error::reset);
    CHECK(urgent == error::reset);
    p.spawn(p.client, lab::keep_error(p.near.send(data), out));
    CHECK(out == error::reset);  // the record stays until close
}

TEST_CASE("a socket that is closed wakes who waits for it, whatever for: bad_handle") {
    const auto data = message(1'000'000);
    std::array<octet, 10> place;
    lent_octets lent{data};
    const auto check = [&](auto fill, auto call) {
        lab::connected p;
        error filled{}, answer{};
        if (fill) p.spawn(p.client, lab::keep_error(1ms, p.near.send(data), filled));
        if (fill) p.pass(1ms);
        p.spawn(p.client, lab::keep_error(call(p.near), answer));
        CHECK(answer == error::would_block);
        p.near = {};
        p.settle();
        CHECK(answer == error::bad_handle);
    };
    check(false, [&](auto& s) { return s.recv(place); });
    check(false, [&](auto& s) { return s.peek(); });
    check(false, [&](auto& s) { return s.urgent(); });
    check(true, [&](auto& s) { return s.send(data); });
    check(true, [&](auto& s) { return s.send_some(data); });
    check(true, [&](auto& s) { return s.reserve(10); });
    check(true, [&](auto& s) { return s.lend(lent); });

    lab::hosts p;
    p.passes = [](bool, const segment&) { return false; };
    tcp_socket socket(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(socket.connect(lab::echo_port), answer));
    socket = {};
    p.settle();
    CHECK(answer == error::bad_handle);
    CHECK(p.client.is_done());
}

TEST_CASE("a socket that moves takes along who waits for it") {
    lab::connected p;
    error answer{};
    std::array<octet, 10> place{};
    p.spawn(p.server, lab::keep_error(p.far.recv(place), answer));
    tcp_socket elsewhere = std::move(p.far);
    CHECK(p.far.getpeername().error() == error::bad_handle);
    error sent{};
    p.spawn(p.client, lab::keep_error(p.near.send(message(3)), sent));
    CHECK(answer == error::none);
    CHECK(place[2] == 3);
    CHECK(elsewhere.getpeername());
}

TEST_CASE("who waits can be destroyed at any time, with the program that awaits it or with the host") {
    const auto data = message(1'000'000);
    std::array<octet, 10> place;
    lent_octets lent{data};
    const auto check = [&](auto call) {
        lab::connected p;
        error filled{}, answer{};
        p.spawn(p.client, lab::keep_error(1ms, p.near.send(data), filled));
        p.pass(1ms);
        p.spawn(p.client, lab::keep_error(1ms, call(p.near), answer));
        p.pass(1ms);
        CHECK(answer == error::timed_out);
        p.spawn(p.client, lab::keep_error(1h, call(p.near), answer));  // its direction is free again
        CHECK(answer == error::would_block);
        p.spawn(p.client, hold(std::move(p.near)));
    };
    check([&](auto& s) { return s.recv(place); });
    check([&](auto& s) { return s.peek(); });
    check([&](auto& s) { return s.urgent(); });
    check([&](auto& s) { return s.send(data); });
    check([&](auto& s) { return s.send_some(data); });
    check([&](auto& s) { return s.reserve(10); });
    check([&](auto& s) { return s.lend(lent); });
}

// ---- what is lent, and goes -----------------------------------------------------------------------------------------

namespace {

/// As a program would: the file, what is lent of it, the socket, in its own frame.
task<> lend_a_file(tcp_socket<lab::host_tcp> from, bool& returned, bool closes, bool waits) {
    struct watch {
        lent_octets lent;
        bool& returned;
        ~watch() { returned = !lent.is_out; }
    };
    std::vector<octet> file = message(60'000);
    watch watched{lent_octets{file}, returned};
    tcp_socket<lab::host_tcp> socket = std::move(from);
    const auto lent = co_await socket.lend(watched.lent);
    CHECK(lent);
    if (waits) co_await sleep_until(never);
    if (!closes) co_return;
    const auto closed = co_await socket.close();
    CHECK(closed);
}

}  // namespace

TEST_CASE("a program that ends, is cancelled, or goes with its host while something lent is out: TCP lets go of it") {
    const auto limited = [](task<> program, duration limit) -> task<> {
        const auto done = co_await with_timeout(std::move(program), limit);
        CHECK(done.error() == error::timed_out);
    };
    for (const std::string how : {"ends", "is cancelled", "goes with its host"}) {
        INFO(how);
        bool returned = false;
        {
            std::array<octet, 1> place;
            error reading{};
            lab::connected p;
            p.passes = [](bool from_client, const segment& s) { return !from_client || s.has(flag::rst); };
            p.spawn(p.server, lab::keep_error(p.far.recv(place), reading));
            auto program = lend_a_file(std::move(p.near), returned, false, how != "ends");
            if (how == "ends")
                p.spawn(p.client, std::move(program));
            else
                p.spawn(p.client, limited(std::move(program), how == "is cancelled" ? 2s : 1h));
            CHECK(returned == (how == "ends"));
            p.pass(2s);
            const bool is_over = how != "goes with its host";
            CHECK(returned == is_over);
            CHECK(p.client.is_done() == is_over);
            CHECK(reading == (is_over ? error::reset : error::would_block));
        }
        CHECK(returned);
    }
}

TEST_CASE("close, awaited, waits for what is lent, with linger or without, and does not reset") {
    for (const bool linger : {false, true}) {
        lab::connected p;
        if (linger) CHECK(p.near.set_option(option::linger{1h}));
        bool returned = false, is_lost = true;
        p.passes = [&](bool, const segment&) { return !is_lost; };
        p.spawn(p.client, lend_a_file(std::move(p.near), returned, true, false));
        CHECK_FALSE(returned);
        std::vector<octet> read;
        error answer{};
        p.spawn(p.server, lab::read_all(p.far, read, answer));
        is_lost = false;
        p.pass(1min);
        CHECK(returned);
        CHECK(answer == error::none);
        CHECK(read == message(60'000));
        CHECK(p.client.stack().count().resets_out == 0);
    }
}

// ---- what is not open -----------------------------------------------------------------------------------------------

TEST_CASE("calls of a socket that is not connected answer not_open, of one that is closed or moved from bad_handle") {
    lab::hosts p;
    tcp_socket<lab::host_tcp> closed(p.client), none;
    tcp_socket fresh(p.client);
    closed = {};
    std::array<octet, 10> place;
    lent_octets lent{place};
    const auto check = [&](auto& socket, error expected) {
        error answer{};
        const auto waits = [&](auto operation) {
            p.spawn(p.client, lab::keep_error(std::move(operation), answer));
            CHECK(answer == expected);
        };
        waits(socket.recv(place));
        waits(socket.peek());
        waits(socket.urgent());
        waits(socket.send(place));
        waits(socket.send_some(place));
        waits(socket.send_urgent(place));
        waits(socket.reserve(1));
        waits(socket.lend(lent));
        CHECK(socket.commit(0).error() == expected);
        CHECK(socket.consume(0).error() == expected);
        CHECK(socket.shutdown().error() == expected);
        CHECK(socket.getpeername().error() == expected);
        CHECK(socket.connection() == nullptr);
    };
    check(fresh, error::not_open);
    for (auto* socket : {&closed, &none}) {
        check(*socket, error::bad_handle);
        error answer{};
        p.spawn(p.client, lab::keep_error(socket->connect(lab::echo_port), answer));
        CHECK(answer == error::bad_handle);
        p.spawn(p.client, lab::keep_error(socket->close(), answer));
        CHECK(answer == error::bad_handle);
        CHECK(socket->abort().error() == error::bad_handle);
        CHECK(socket->bind({}).error() == error::bad_handle);
        CHECK(socket->getsockname().error() == error::bad_handle);
        CHECK(socket->set_option(option::nodelay{}).error() == error::bad_handle);
        CHECK(socket->get_option<option::nodelay>().error() == error::bad_handle);
    }
}

TEST_CASE("a call that was made and not awaited is no danger when its socket is gone and another has its place") {
    lab::connected p;
    std::array<octet, 10> place;
    auto call = p.near.recv(place);
    p.near = {};
    p.settle();
    tcp_socket other(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(std::move(call), answer));
    CHECK(answer == error::bad_handle);
}
