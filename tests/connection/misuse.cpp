// SPDX-License-Identifier: MIT
// Calls at the wrong time or with the wrong arguments: each gets an error that says what is wrong, changes nothing, and
// makes nothing leave. (What each call does in each state when it is right, tests/rfc asks.)
#include "support/compositions.hpp"
#include "support/lab.hpp"

#include <functional>
#include <string>

using namespace sluice;
using lab::bench;

namespace {

using small_bench = bench<small_tcp>;

void check_refused(small_bench& b, const auto& answer, error expected) {
    const state before = b.state();
    CHECK_FALSE(answer);
    CHECK(answer.error() == expected);
    CHECK(std::string(text(answer.error())) != "");
    CHECK(b.state() == before);
    b.flush();
    CHECK(b.quiet());
}

const std::string full_buffer(2048, 'x');

}  // namespace

TEST_CASE("every error says something of its own") {
    std::vector<std::string> all;
    for (int i = 0; i <= static_cast<int>(error::bad_header); ++i) {
        all.emplace_back(text(static_cast<error>(i)));
        CHECK(all.back() != "");
        CHECK(all.back() != "?");
        CHECK(std::count(all.begin(), all.end(), all.back()) == 1);
    }
}

TEST_CASE("what was never opened does not exist") {
    small_bench b;
    check_refused(b, b.send("x"), error::not_open);
    check_refused(b, b.send(""), error::not_open);
    check_refused(b, b.send_more("x"), error::not_open);
    check_refused(b, b.send_urgent("x"), error::not_open);
    check_refused(b, b.quick_ack(true), error::not_open);
    check_refused(b, b.shutdown(), error::not_open);
    check_refused(b, b.close(), error::not_open);
    check_refused(b, b.abort(), error::not_open);
    check_refused(b, b.endpoint.set_options({}, b.now), error::not_open);
    CHECK(b.receive() == "");
    CHECK(b.receive_error == error::not_open);
}

TEST_CASE("an OPEN with addresses or ports that can't be says which") {
    const auto v4 = [](octet first) { return ip_address::v4(first, 0, 0, 1); };
    const socket_address good{v4(10), 5000}, good_v6{ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}), 5000};
    const auto connect = [&](const socket_address& local, const socket_address& remote, error expected) {
        small_bench b;
        check_refused(b, b.endpoint.connect(local, remote, b.now), expected);
        CHECK(b.state() == state::closed);
        CHECK(b.connect());  // and nothing is spoilt for a correct one
    };
    connect(good, {}, error::remote_unspecified);
    connect(good, {v4(10), 0}, error::remote_unspecified);
    connect(good, {ip_address::v4(0, 0, 0, 0), 80}, error::remote_unspecified);
    connect(good, {v4(224), 80}, error::bad_address);
    connect(good, {ip_address::v4(255, 255, 255, 255), 80}, error::bad_address);
    connect(good, {ip_address::v6({0xff02, 0, 0, 0, 0, 0, 0, 1}), 80}, error::bad_address);
    connect(good, good_v6, error::bad_address);
    connect(good_v6, good, error::bad_address);
    connect({v4(10), 0}, good, error::bad_argument);
    connect({ip_address::v4(0, 0, 0, 0), 5000}, good, error::bad_argument);
    connect({v4(239), 5000}, good, error::bad_argument);

    small_bench b;
    check_refused(b, b.endpoint.listen({v4(10), 0}, b.now), error::bad_argument);
    CHECK(b.listen());
}

TEST_CASE("a connection that is open can't be opened again, in any state") {
    const std::pair<state, std::function<void(small_bench&)>> stands[] = {
        {state::syn_sent, [](small_bench& b) { CHECK(b.connect()); }},
        {state::syn_received_passive,
         [](small_bench& b) {
             CHECK(b.listen());
             b.arrives({.flags = flag::syn, .sequence = 0});
         }},
        {state::established, [](small_bench& b) { b.establish(); }},
        {state::fin_wait_1,
         [](small_bench& b) {
             b.establish();
             CHECK(b.shutdown());
         }},
        {state::close_wait,
         [](small_bench& b) {
             b.establish();
             b.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 1});
         }},
        {state::time_wait,
         [](small_bench& b) {
             b.establish();
             CHECK(b.shutdown());
             b.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 2});
         }},
    };
    for (const auto& [stand, go_there] : stands) {
        small_bench b;
        go_there(b);
        b.take();
        REQUIRE(b.state() == stand);
        check_refused(b, b.listen(), error::already_open);
        check_refused(b, b.connect(), error::already_open);
    }
    small_bench listening;
    CHECK(listening.listen());
    check_refused(listening, listening.listen(), error::already_open);
}

TEST_CASE("LISTEN has nobody to send to") {
    small_bench b;
    CHECK(b.listen());
    check_refused(b, b.send("x"), error::remote_unspecified);
    CHECK(b.receive() == "");
    CHECK(b.receive_error == error::would_block);
}

TEST_CASE("after shutdown nothing can be sent or shut down again, while receiving goes on") {
    small_bench b;
    b.establish();
    CHECK(b.shutdown());
    b.take();
    check_refused(b, b.send("x"), error::closing);
    check_refused(b, b.shutdown(), error::closing);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 2, .text = "still"});
    b.take();
    CHECK(b.receive() == "still");
}

TEST_CASE("a CLOSE that waits in SYN-RECEIVED for queued text is a CLOSE already") {
    small_bench b;
    CHECK(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(b.send("queued"));
    CHECK(b.shutdown());
    b.take();
    check_refused(b, b.shutdown(), error::closing);
    check_refused(b, b.send("x"), error::closing);
}

TEST_CASE("a buffer that is full, or empty, asks to come again later") {
    small_bench b;
    b.establish(0);  // a window of nothing: all of it stays here
    CHECK(*b.send(full_buffer) == 2048);
    check_refused(b, b.send("x"), error::would_block);
    CHECK(*b.send("") == 0);
    CHECK(b.receive() == "");
    CHECK(b.receive_error == error::would_block);
    CHECK_FALSE(b.heard(news::writable));
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .window = 1000});
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1001, .window = 0});
    CHECK(b.heard(news::writable));
    CHECK(*b.send(full_buffer) == 1000);
}

TEST_CASE("the end of the stream is said once everything before it is read, and stays said") {
    small_bench b;
    b.establish();
    b.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 1, .text = "last"});
    CHECK(b.receive() == "last");
    for (int i = 0; i < 2; ++i) {
        CHECK(b.receive() == "");
        CHECK(b.receive_error == error::closing);
    }
}

TEST_CASE("how a connection ended is what every later SEND and RECEIVE says, until it is opened anew") {
    const auto check_says = [](small_bench& b, error expected) {
        REQUIRE(b.state() == state::closed);
        CHECK(b.endpoint.error() == expected);
        b.take();
        check_refused(b, b.send("x"), expected);
        CHECK(b.receive() == "");
        CHECK(b.receive_error == expected);
        check_refused(b, b.shutdown(), error::not_open);
        check_refused(b, b.abort(), error::not_open);
        CHECK(b.connect());
        CHECK(b.endpoint.error() == error::none);
    };
    {
        small_bench b;
        b.establish();
        b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1, .text = "flushed"});
        b.arrives({.flags = flag::rst, .sequence = 8});
        check_says(b, error::reset);
    }
    {
        small_bench b;
        CHECK(b.connect());
        b.arrives({.flags = flag::rst | flag::ack, .sequence = 0, .acknowledgment = 1});
        check_says(b, error::refused);
    }
    {
        small_bench b;
        b.establish();
        CHECK(b.abort());
        check_says(b, error::aborted);
    }
    {
        small_bench b;
        CHECK(b.connect());
        while (b.wait_for_deadline()) {
        }
        check_says(b, error::timed_out);
    }
}

TEST_CASE("letting go of a connection that is being shut down already is no mistake") {
    small_bench closing, last_ack, waiting;
    closing.establish();
    CHECK(closing.shutdown());
    closing.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 1});
    REQUIRE(closing.state() == state::closing);
    last_ack.establish();
    last_ack.arrives({.flags = flag::fin | flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(last_ack.shutdown());
    REQUIRE(last_ack.state() == state::last_ack);
    CHECK(waiting.listen());
    waiting.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(waiting.send("queued"));
    CHECK(waiting.shutdown());
    for (auto* b : {&closing, &last_ack, &waiting}) {
        b->take();
        const auto before = b->state();
        CHECK(b->close());
        CHECK(b->state() == before);
        CHECK(b->quiet());
    }
}

TEST_CASE("an application that has let go hears that the connection is closing") {
    small_bench b;
    b.establish();
    CHECK(b.close());
    b.take();
    check_refused(b, b.send("x"), error::closing);
    check_refused(b, b.shutdown(), error::closing);
    CHECK(b.receive() == "");
    CHECK(b.receive_error == error::closing);
}

TEST_CASE("options that no header can carry are refused, and the old ones stay") {
    small_bench b;
    b.establish();
    connection_options options;
    options.dscp = 64;
    check_refused(b, b.endpoint.set_options(options, b.now), error::bad_argument);
    options.dscp = 63;
    options.hop_limit = 0;
    check_refused(b, b.endpoint.set_options(options, b.now), error::bad_argument);
    CHECK(b.endpoint.connection().options().dscp == 0);
    CHECK(b.endpoint.connection().options().hop_limit == 64);
    options.hop_limit = 1;
    CHECK(b.endpoint.set_options(options, b.now));
    CHECK(b.send("x"));
    CHECK(b.sent.front().ip.dscp == 63);
    CHECK(b.sent.front().ip.hop_limit == 1);
}

TEST_CASE("options that leave no time or no try are refused, whatever state it is in, and the old ones stay") {
    for (const bool established : {true, false}) {
        small_bench b;
        if (established)
            b.establish();
        else
            REQUIRE(b.connect());
        b.take();
        const auto refused = [&](auto&& change) {
            connection_options options;
            options.nagle = false;
            change(options);
            check_refused(b, b.endpoint.set_options(options, b.now), error::bad_argument);
            CHECK(b.endpoint.connection().options().nagle);
        };
        for (const duration bad : {duration(0ns), duration(-1ns), duration::min()}) {
            refused([&](auto& o) { o.user_timeout = bad; });
            refused([&](auto& o) { o.keep_alive_idle = bad; });
            refused([&](auto& o) { o.keep_alive_interval = bad; });
        }
        refused([](auto& o) { o.r2_time = -1ns; });
        refused([](auto& o) { o.keep_alive_tries = 0; });
    }
}

TEST_CASE("polling without room, or with nothing to send, builds nothing; early deadlines do nothing") {
    small_bench b;
    CHECK(b.endpoint.poll_transmit(b.now, {}) == 0);
    b.endpoint.on_deadline(b.now);
    CHECK(b.state() == state::closed);
    b.establish();
    const std::array<octet, 5> hello{'h', 'e', 'l', 'l', 'o'};
    CHECK(b.endpoint.send(hello, b.now));
    CHECK(b.endpoint.poll_transmit(b.now, {}) == 0);
    b.flush();
    CHECK(b.take_one().text == "hello");
    b.endpoint.on_deadline(b.endpoint.next_deadline() - 1ns);
    b.flush();
    CHECK(b.quiet());
}
