// SPDX-License-Identifier: MIT
// host/tcp_listener.hpp: connections in the order in which they came, none of them lost, and what a listener answers.
#include "support/hosts.hpp"

#include <string>

#include "support/memory.hpp"

namespace {

using namespace sluice;
using lab::echo_port;

task<> connect_and_say(tcp_socket<lab::host_tcp>& from, octet word) {
    CHECK(co_await from.connect(echo_port));
    const std::array<octet, 1> words{word};
    CHECK(co_await from.send(words));
}

/// The first octet of each connection that is accepted.
task<> note_words(tcp_listener<lab::host_tcp>& listener, std::size_t count, std::string& words) {
    for (std::size_t i = 0; i < count; ++i) {
        auto accepted = co_await listener.accept();
        if (!accepted) co_return;
        tcp_socket<lab::host_tcp> socket = *std::move(accepted);
        std::array<octet, 1> word{};
        CHECK(co_await socket.recv(word));
        words += static_cast<char>(word[0]);
    }
}

}  // namespace

TEST_CASE("accept takes the connections in the order in which they came, those that are there and those that come") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen(echo_port));
    std::array<tcp_socket<lab::host_tcp>, 6> clients;
    for (auto& each : clients) each = tcp_socket(p.client);
    for (std::size_t i = 0; i < 3; ++i)
        p.spawn(p.client, connect_and_say(clients[i], static_cast<octet>('a' + i)));
    std::string words;
    p.spawn(p.server, note_words(listener, 6, words));
    CHECK(words == "abc");
    for (std::size_t i = 3; i < 6; ++i)
        p.spawn(p.client, connect_and_say(clients[i], static_cast<octet>('a' + i)));
    CHECK(words == "abcdef");
}

TEST_CASE("accept that is cancelled leaves the connection to the next, even if it came in the same instant") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen(echo_port));
    tcp_socket client(p.client);
    const auto connect_after = [&](duration d) -> task<> {
        co_await sleep_for(d);
        CHECK(co_await client.connect(echo_port));
    };
    for (const duration when : {999ms, 1000ms, 1001ms}) {
        client = tcp_socket(p.client);
        error answer{};
        p.spawn(p.server, lab::keep_error(1s, listener.accept(), answer));
        p.spawn(p.client, connect_after(when));
        p.pass(2s);
        CHECK(answer == (when < 1s ? error::none : error::timed_out));
        if (answer == error::none) continue;
        p.spawn(p.server, lab::keep_error(listener.accept(), answer));
        CHECK(answer == error::none);
    }
}

TEST_CASE("listen answers what is wrong with its arguments, and a port that is taken") {
    lab::hosts p;
    tcp_listener listener(p.server), other(p.server);
    CHECK(listener.listen({.address = {}, .port = 0}).error() == error::bad_argument);
    CHECK(listener.listen(echo_port, {.backlog = 0}).error() == error::bad_argument);
    CHECK(listener.listen(echo_port));
    CHECK(listener.getsockname().value() == echo_port);
    CHECK(listener.listen({lab::server_address, 8}).error() == error::already_open);
    CHECK(other.listen(echo_port).error() == error::already_open);
    CHECK(other.listen({.address = {}, .port = 7}));  // for the other addresses
}

TEST_CASE("before listen accept answers not_open, after close bad_handle; one program at a time waits") {
    lab::hosts p;
    tcp_listener listener(p.server);
    error first{}, second{};
    p.spawn(p.server, lab::keep_error(listener.accept(), first));
    CHECK(first == error::not_open);
    CHECK(listener.listen(echo_port));
    p.spawn(p.server, lab::keep_error(listener.accept(), first));
    p.spawn(p.server, lab::keep_error(listener.accept(), second));
    CHECK(first == error::would_block);
    CHECK(second == error::bad_argument);
    CHECK(listener.close());
    p.settle();
    CHECK(first == error::bad_handle);
    p.spawn(p.server, lab::keep_error(listener.accept(), second));
    CHECK(second == error::bad_handle);
    CHECK(listener.listen(echo_port).error() == error::bad_handle);
    CHECK(listener.close().error() == error::bad_handle);
    tcp_listener again(p.server);
    CHECK(again.listen(echo_port));
}

TEST_CASE("a listener that is destroyed while somebody waits wakes it, and resets whom nobody has accepted") {
    lab::hosts p;
    tcp_socket client(p.client);
    error answer{}, heard{};
    std::array<octet, 1> place;
    {
        tcp_listener listener(p.server);
        CHECK(listener.listen(echo_port));
        p.spawn(p.client, lab::keep_error(client.connect(echo_port), answer));
        CHECK(answer == error::none);
        p.spawn(p.client, lab::keep_error(client.recv(place), heard));
        p.spawn(p.server, lab::keep_error(listener.accept(), answer));
        p.spawn(p.server, lab::keep_error(listener.accept(), answer));
        CHECK(answer == error::would_block);
        client = tcp_socket(p.client);
        p.spawn(p.client, lab::keep_error(client.connect(echo_port), heard));
    }
    p.settle();
    CHECK(answer == error::none);
    {
        tcp_listener listener(p.server);
        CHECK(listener.listen(echo_port));
        client = tcp_socket(p.client);
        p.spawn(p.client, lab::keep_error(client.connect(echo_port), answer));
        p.spawn(p.client, lab::keep_error(client.recv(place), heard));
        CHECK(heard == error::would_block);
    }
    p.settle();
    CHECK(heard == error::reset);
    CHECK(p.server.is_done());
}

TEST_CASE("what is accepted begins with the listener's options") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen(echo_port));
    CHECK(listener.set_option(option::ttl{9}));
    CHECK(listener.set_option(option::linger{0s}));
    tcp_socket client(p.client);
    error answer{};
    p.spawn(p.client, lab::keep_error(client.connect(echo_port), answer));
    tcp_socket<lab::host_tcp> accepted;
    const auto accept = [&]() -> task<> {
        auto got = co_await listener.accept();
        if (got) accepted = *std::move(got);
    };
    p.spawn(p.server, accept());
    REQUIRE(accepted.connection() != nullptr);
    CHECK(accepted.connection()->options().hop_limit == 9);
    CHECK(accepted.get_option<option::ttl>().value().value == 9);
    CHECK(accepted.get_option<option::linger>().value().value == duration(0));
}

TEST_CASE("a connection that was reset before it was accepted is accepted, and says so") {
    lab::hosts p;
    tcp_listener listener(p.server);
    CHECK(listener.listen(echo_port));
    error answer{};
    {
        tcp_socket client(p.client);
        p.spawn(p.client, lab::keep_error(client.connect(echo_port), answer));
        CHECK(client.abort());
        p.settle();
    }
    const auto accept = [&]() -> task<> {
        auto got = co_await listener.accept();
        if (!got) co_return;
        tcp_socket<lab::host_tcp> socket = *std::move(got);
        std::array<octet, 1> place;
        const auto read = co_await socket.recv(place);
        answer = read.error();
    };
    p.spawn(p.server, accept());
    CHECK(answer == error::reset);
}

TEST_CASE("without memory for a socket accept says so, and the connection waits on") {
    using metered_tcp = tcp<basic_growable_buffers<test::metered>>;
    test::memory_books books, other_books;
    {
        metered_tcp::settings s, c;
        s.buffers.source.books = &books;
        c.buffers.source.books = &other_books;
        lab::hosts<metered_tcp> p(c, s);
        tcp_listener listener(p.server);
        CHECK(listener.listen(echo_port));
        std::vector<tcp_socket<metered_tcp>> fill;  // a page of 64, one of which is the listener's
        while (fill.size() < 63) fill.emplace_back(p.server);
        tcp_socket client(p.client);
        error answer{};
        p.spawn(p.client, lab::keep_error(client.connect(echo_port), answer));
        CHECK(answer == error::none);

        books.refuse(1);
        tcp_socket none(p.server);
        CHECK(none.getsockname().error() == error::insufficient_resources);
        CHECK(none.bind({}).error() == error::insufficient_resources);
        books.refuse(1);
        p.spawn(p.server, lab::keep_error(listener.accept(), answer));
        CHECK(answer == error::insufficient_resources);
        p.spawn(p.server, lab::keep_error(listener.accept(), answer));
        CHECK(answer == error::none);
    }
    CHECK(books.octets == 0);
    CHECK(other_books.octets == 0);
}

TEST_CASE("a program decides on each SYN: who is answered is connected by then, who is refused hears a RST") {
    lab::hosts p;
    tcp_listener listener(p.server);
    REQUIRE(listener.listen({}, {.every_port = true, .asks = true}));
    error again{};
    const auto decide = [&]() -> task<> {
        while (auto got = co_await listener.accept()) {
            tcp_socket<lab::host_tcp> asking = *std::move(got);
            const std::uint16_t port = asking.getsockname().value().port;
            if (port == 1) CHECK(asking.abort());
            if (port != 3) continue;
            co_await sleep_for(10s);
            CHECK(co_await asking.answer());
            CHECK(asking.connection()->state() == state::established);
            const auto second = co_await asking.answer();
            again = second.error();
        }
    };
    p.spawn(p.server, decide());
    std::array<error, 4> answers{};
    std::vector<tcp_socket<lab::host_tcp>> clients;
    for (std::uint16_t port = 1; port <= 3; ++port) {
        clients.emplace_back(p.client);
        p.spawn(p.client, lab::keep_error(clients.back().connect({lab::server_address, port}), answers[port]));
    }
    CHECK(answers[1] == error::refused);
    CHECK(answers[2] == error::refused);  // destroyed without an answer
    p.pass(9s);
    CHECK(answers[3] == error::would_block);
    p.pass(2s);
    CHECK(answers[3] == error::none);
    CHECK(again == error::bad_argument);
}

TEST_CASE("answer tells that the peer has gone meanwhile: the SYN,ACK draws a RST") {
    lab::hosts p;
    tcp_listener listener(p.server);
    REQUIRE(listener.listen(echo_port, {.asks = true}));
    tcp_socket<lab::host_tcp> asking;
    const auto accept = [&]() -> task<> {
        auto got = co_await listener.accept();
        if (got) asking = *std::move(got);
    };
    p.spawn(p.server, accept());
    error ignored{}, answer{}, end{};
    tcp_socket client(p.client);
    p.spawn(p.client, lab::keep_error(client.connect(echo_port), ignored));
    p.spawn(p.server, lab::keep_error(asking.ended(), end));
    client = {};
    p.settle();
    CHECK(end == error::would_block);
    p.spawn(p.server, lab::keep_error(asking.answer(), answer));
    CHECK(answer == error::refused);
    CHECK(end == error::refused);
}
