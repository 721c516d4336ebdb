// SPDX-License-Identifier: MIT
// A client that never listens, a server that never connects: what they do, they do as the whole RFC does, and what they
// don't is refused. (That they have no code for it, absent.sh shows.)
#include "support/compositions.hpp"
#include "support/lab.hpp"

using namespace sluice;
using lab::bench;

namespace {

using buffers = fixed_buffers<2048, 2048, 16, 4>;
using client_tcp = tcp<client_only, buffers, reno, sack_recovery, testing::gate_audit>;
using server_tcp = tcp<server_only, buffers, reno, sack_recovery, testing::gate_audit>;

// Same variables, whatever the table: a lifecycle is no state.
static_assert(sizeof(client_tcp::connection) == sizeof(small_tcp::connection));
static_assert(sizeof(server_tcp::connection) == sizeof(small_tcp::connection));

/// The RFC's table, but a server that is reset before it was accepted does not go on to listen.
struct one_chance {
    using slot = lifecycle_slot;
    static constexpr auto table = [] {
        auto t = rfc9293_table;
        for (row& r : t.rows)
            if (r.on == event::reset && r.from == state_set(state::syn_received_passive))
                r = moves(r.from, r.on, state::closed, action::tell_refused | action::release, "one is enough");
        return t;
    }();
};

/// From ESTABLISHED: text both ways, then both close, this end first or last.
template <class Tcp>
void talk_and_close(bench<Tcp>& b, bool first) {
    CHECK(b.send("to you"));
    CHECK(b.take_one().text == "to you");
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 7, .text = "to me"});
    CHECK(b.receive() == "to me");
    b.take();
    if (first) {
        CHECK(b.shutdown());
        CHECK(b.state() == state::fin_wait_1);
        b.arrives({.flags = flag::ack, .sequence = 6, .acknowledgment = 8});
        CHECK(b.state() == state::fin_wait_2);
        b.arrives({.flags = flag::fin | flag::ack, .sequence = 6, .acknowledgment = 8});
        CHECK(b.state() == state::time_wait);
        b.wait(60s);
    } else {
        b.arrives({.flags = flag::fin | flag::ack, .sequence = 6, .acknowledgment = 7});
        CHECK(b.state() == state::close_wait);
        CHECK(b.shutdown());
        CHECK(b.state() == state::last_ack);
        b.arrives({.flags = flag::ack, .sequence = 7, .acknowledgment = 8});
    }
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::none);
}

}  // namespace

TEST_CASE("a client opens, talks and closes, first or last") {
    for (const bool first : {true, false}) {
        bench<client_tcp> b;
        b.establish();
        talk_and_close(b, first);
    }
}

TEST_CASE("a client does not listen, and says so") {
    bench<client_tcp> b;
    CHECK(b.listen().error() == error::not_supported);
    CHECK(b.state() == state::closed);
    b.arrives({.flags = flag::syn, .sequence = 0});
    CHECK(b.take_one().flags == (flag::rst | flag::ack));  // nobody is here
}

TEST_CASE("a client goes through a simultaneous open") {
    bench<client_tcp> b;
    CHECK(b.connect());
    b.take();
    b.arrives({.flags = flag::syn, .sequence = 0, .mss = 1460});
    CHECK(b.state() == state::syn_received_active);
    CHECK(b.take_one().flags == (flag::syn | flag::ack));
    // Another SYN in the window is challenged; there is no LISTEN to go back to.
    b.arrives({.flags = flag::syn, .sequence = 5});
    CHECK(b.take_one().is_pure_ack());
    CHECK(b.state() == state::syn_received_active);
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(b.state() == state::established);
    b.take();
    talk_and_close(b, true);
}

TEST_CASE("a client that is refused, reset or never answered ends CLOSED and can try again") {
    bench<client_tcp> b;
    CHECK(b.connect());
    b.arrives({.flags = flag::rst | flag::ack, .sequence = 0, .acknowledgment = 1});
    CHECK(b.endpoint.error() == error::refused);
    CHECK(b.connect());
    while (b.wait_for_deadline()) {
    }
    CHECK(b.endpoint.error() == error::timed_out);
    b.take();
    b.establish();
    b.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(b.endpoint.error() == error::reset);
    CHECK(b.state() == state::closed);
}

TEST_CASE("a server accepts, talks and closes, first or last") {
    for (const bool first : {true, false}) {
        bench<server_tcp> b;
        b.accept();
        talk_and_close(b, first);
    }
}

TEST_CASE("a server does not connect, and says so, from CLOSED and from LISTEN") {
    bench<server_tcp> b;
    CHECK(b.connect().error() == error::not_supported);
    CHECK(b.state() == state::closed);
    CHECK(b.listen());
    CHECK(b.connect().error() == error::not_supported);
    CHECK(b.state() == state::listen);
    CHECK(b.quiet());
}

TEST_CASE("a server goes back to LISTEN after a reset, a new SYN or a peer that is lost") {
    bench<server_tcp> b;
    CHECK(b.listen());
    const auto half_open = [&] {
        b.arrives({.flags = flag::syn, .sequence = 0});
        CHECK(b.state() == state::syn_received_passive);
        b.take();
    };
    half_open();
    b.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(b.state() == state::listen);
    half_open();
    b.arrives({.flags = flag::syn, .sequence = 1});
    CHECK(b.state() == state::listen);
    half_open();
    while (b.state() != state::listen) REQUIRE(b.wait_for_deadline());
    CHECK(b.endpoint.error() == error::none);
    b.take();
    b.arrives({.flags = flag::syn, .sequence = 0});
    b.arrives({.flags = flag::ack, .sequence = 1, .acknowledgment = 1});
    CHECK(b.state() == state::established);
}

TEST_CASE("a table of the user's own is run as it stands") {
    bench<tcp<one_chance, buffers, testing::gate_audit>> b;
    CHECK(b.listen());
    b.arrives({.flags = flag::syn, .sequence = 0});
    b.take();
    b.arrives({.flags = flag::rst, .sequence = 1});
    CHECK(b.state() == state::closed);
    CHECK(b.endpoint.error() == error::refused);
    CHECK(b.endpoint.next_deadline() == never);
}
