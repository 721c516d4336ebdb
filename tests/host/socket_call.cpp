// SPDX-License-Identifier: MIT
// host/socket_call.hpp: how a call is awaited, whatever it does: tried at once, tried again when something has
// happened, carried out when its program runs, or given up. The calls themselves are tested in tcp_socket.cpp.
#include "support/hosts.hpp"

#include <string>

namespace {

using namespace sluice;

/// Done when the test says so. Writes down what is asked of it.
struct call_log {
    bool is_done = false;
    std::string calls;
};
struct eager {
    using answer = result<int>;
    static constexpr direction waits_in = direction::in;
    socket_ref<lab::host_tcp> of;
    call_log* log;
    answer attempt() {
        log->calls += 'a';
        return log->is_done ? answer(7) : error::would_block;
    }
};
struct patient : eager {
    bool is_due() {
        log->calls += 'd';
        return log->is_done;
    }
    void give_up() { log->calls += 'g'; }
};

struct bench {
    lab::hosts<> p;
    handle socket = p.client.add_socket();
    call_log log;
    error answer{};

    template <class Call>
    socket_operation<Call> make() {
        Call call;
        call.of = {&p.client, socket};
        call.log = &log;
        return socket_operation<Call>(call);
    }
    void something_happens() {
        p.client.find(socket)->wake_due();
        p.settle();
    }
};

}  // namespace

TEST_CASE("a call does nothing before it is awaited") {
    bench b;
    static_cast<void>(b.make<eager>());
    CHECK(b.log.calls.empty());
}

TEST_CASE("a call that can be carried out at once does not wait") {
    bench b;
    b.log.is_done = true;
    b.p.spawn(b.p.client, lab::keep_error(b.make<patient>(), b.answer));
    CHECK(b.answer == error::none);
    CHECK(b.log.calls == "a");
}

TEST_CASE("a call that has to wait is tried whenever something has happened") {
    bench b;
    b.p.spawn(b.p.client, lab::keep_error(b.make<eager>(), b.answer));
    b.something_happens();
    CHECK(b.answer == error::would_block);
    b.log.is_done = true;
    b.something_happens();
    CHECK(b.answer == error::none);
    CHECK(b.log.calls == "aaa");
}

TEST_CASE("one that can say whether it is due is asked, and carried out when its program runs") {
    bench b;
    b.p.spawn(b.p.client, lab::keep_error(b.make<patient>(), b.answer));
    b.something_happens();
    b.log.is_done = true;
    b.something_happens();
    CHECK(b.answer == error::none);
    CHECK(b.log.calls == "adda");
}

TEST_CASE("one that is cancelled while it waits is given up, one that has had its answer is not") {
    bench b;
    b.p.spawn(b.p.client, lab::keep_error(1s, b.make<patient>(), b.answer));
    b.p.pass(1s);
    CHECK(b.answer == error::timed_out);
    CHECK(b.log.calls == "ag");
    b.log.calls.clear();
    b.log.is_done = true;
    b.p.spawn(b.p.client, lab::keep_error(1s, b.make<patient>(), b.answer));
    CHECK(b.log.calls == "a");
}

TEST_CASE("one whose socket is closed while it waits is neither tried again nor given up: bad_handle") {
    for (const bool is_patient : {false, true}) {
        bench b;
        if (is_patient) b.p.spawn(b.p.client, lab::keep_error(b.make<patient>(), b.answer));
        else b.p.spawn(b.p.client, lab::keep_error(b.make<eager>(), b.answer));
        CHECK(b.p.client.remove(b.socket, false));
        b.p.settle();
        CHECK(b.answer == error::bad_handle);
        CHECK(b.log.calls == "a");
    }
}

TEST_CASE("one that has its answer when its socket is closed keeps it") {
    bench b;
    b.p.spawn(b.p.client, lab::keep_error(b.make<eager>(), b.answer));
    b.log.is_done = true;
    b.p.client.find(b.socket)->wake_due();
    CHECK(b.p.client.remove(b.socket, false));
    b.p.settle();
    CHECK(b.answer == error::none);
}

TEST_CASE("a second one in the same direction is refused, not tried") {
    bench b;
    error second{};
    b.p.spawn(b.p.client, lab::keep_error(b.make<patient>(), b.answer));
    b.p.spawn(b.p.client, lab::keep_error(b.make<eager>(), second));
    CHECK(second == error::bad_argument);
    CHECK(b.log.calls == "a");
}
