// SPDX-License-Identifier: MIT
// host/socket_state.hpp: who waits for a socket is woken once, keeps its place until it leaves, and may go at any time.
#include <doctest/doctest.h>

#include <sluice/host/executor.hpp>
#include <sluice/host/socket_state.hpp>

namespace {

using namespace sluice;

struct waits_for : socket_waiter {
    bool is_there = false;
    int asked = 0;
    bool is_due() override {
        ++asked;
        return is_there;
    }
};

/// A coroutine that a waiter can hold, and how often it ran.
struct sleeper {
    executor runs;
    waits_for wait;
    int woken = 0;

    sleeper() {
        struct suspend {
            waits_for& wait;
            bool await_ready() { return false; }
            void await_suspend(std::coroutine_handle<task_promise<void>> coroutine) { wait.hold(coroutine); }
            void await_resume() {}
        };
        const auto body = [](sleeper& s) -> task<> {
            while (true) {
                co_await suspend{s.wait};
                ++s.woken;
            }
        };
        CHECK(runs.spawn(body(*this)));
        runs.run_ready();
    }
};

}  // namespace

TEST_CASE("who waits is woken when what it waits for has come, and only once until it has run") {
    socket_state s;
    sleeper one;
    one.wait.enter(s.waiting_for(direction::in));
    s.wake_due();
    CHECK(one.wait.asked == 1);
    CHECK_FALSE(one.runs.has_ready());
    one.wait.is_there = true;
    s.wake_due();
    s.wake_due();
    CHECK(one.wait.asked == 2);  // woken already
    CHECK(s.waiting_for(direction::in) == &one.wait);
    one.runs.run_ready();
    CHECK(one.woken == 1);
    one.wait.leave_socket();
    CHECK(s.waiting_for(direction::in) == nullptr);
    s.wake_due();
    CHECK(one.wait.asked == 2);
}

TEST_CASE("each direction has a place of its own") {
    socket_state s;
    sleeper in, out, urgent;
    in.wait.enter(s.waiting_for(direction::in));
    out.wait.enter(s.waiting_for(direction::out));
    urgent.wait.enter(s.waiting_for(direction::urgent));
    out.wait.is_there = true;
    s.wake_due();
    CHECK_FALSE(in.runs.has_ready());
    CHECK(out.runs.has_ready());
    CHECK_FALSE(urgent.runs.has_ready());
}

TEST_CASE("a socket that ends dismisses all who wait, and they need it no more") {
    sleeper in, urgent;
    {
        socket_state s;
        in.wait.enter(s.waiting_for(direction::in));
        urgent.wait.enter(s.waiting_for(direction::urgent));
        s.dismiss_all();
        CHECK(s.waiting == decltype(s.waiting){});
    }
    CHECK(in.wait.is_dismissed());
    CHECK_FALSE(in.wait.is_in_socket());
    CHECK(in.runs.has_ready());
    CHECK(urgent.runs.has_ready());
    CHECK(in.wait.asked == 0);
}

TEST_CASE("who is destroyed while it waits leaves its place") {
    socket_state s;
    {
        sleeper one;
        one.wait.enter(s.waiting_for(direction::out));
        CHECK(s.waiting_for(direction::out) != nullptr);
    }
    CHECK(s.waiting_for(direction::out) == nullptr);
}
