// SPDX-License-Identifier: MIT
//
// Which coroutine runs next: those that are ready in the order in which they became so, those that sleep when their
// deadline has come. It reads no clock, starts no thread and allocates nothing: what waits is a node inside of the
// coroutine's own frame. It knows nothing of tasks, sockets or packets.
#pragma once

#include <cassert>
#include <concepts>
#include <coroutine>
#include <utility>

#include <sluice/base/time.hpp>
#include <sluice/host/deadline_heap.hpp>
#include <sluice/host/intrusive_list.hpp>

namespace sluice {

class scheduler;

/// What the promise of each of our coroutines is derived from.
struct scheduled {
    scheduler* runs_on = nullptr;  // set by who starts it
};

/// One wait of one coroutine; stands in the list of those who wait for the same, then among those that are ready.
class waiter : public list_node {
public:
    template <std::derived_from<scheduled> Promise>
    void hold(std::coroutine_handle<Promise> coroutine) {
        coroutine_ = coroutine;
        runs_on_ = coroutine.promise().runs_on;
    }
    scheduler& runs_on() const { return *runs_on_; }
    inline void wake();

private:
    friend scheduler;
    std::coroutine_handle<> coroutine_;
    scheduler* runs_on_ = nullptr;
};

/// A wait that ends when its time has come.
class alarm : public waiter, public deadline_node {
public:
    /// Also when it has gone off and the coroutine has not run yet.
    void cancel() {
        leave();
        unset();
    }
};

class scheduler {
public:
    scheduler() = default;
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    // ---- for the loop -----------------------------------------------------------------------------------------------

    /// Resumes what is ready at the time of the call, and nothing that becomes ready meanwhile: a coroutine that always
    /// is cannot keep the loop from its packets. True when more is ready.
    bool run_ready() {
        assert(!running_);
        running_ = true;
        waiter end_of_turn;
        ready_.push_back(end_of_turn);
        for (waiter* next = &ready_.pop_front(); next != &end_of_turn; next = &ready_.pop_front())
            run(next->coroutine_);
        running_ = false;
        return has_ready();
    }

    bool has_ready() const { return !ready_.empty(); }
    /// Inside of run_ready: who calls now is one of the coroutines.
    bool is_running() const { return running_; }

    /// When the next sleeper is due, `never` when none is. What is ready does not wait for it.
    instant next_deadline() const { return alarms_.next(); }

    /// Tells the time, and makes ready whose time has come.
    void on_deadline(instant now) {
        assert(now >= now_);
        now_ = now;
        while (!alarms_.empty() && alarms_.next() <= now) ready(alarms_.pop());
    }

    // ---- for awaitables ---------------------------------------------------------------------------------------------

    /// What it was told last.
    instant now() const { return now_; }
    instant after(duration delay) const { return sluice::after(now_, delay); }

    void ready(waiter& one) { ready_.push_back(one); }
    void set(alarm& one, instant deadline) { alarms_.set(one, deadline); }

    /// As soon as the coroutine that runs has suspended itself, the loop resumes this one, in the same turn. This and
    /// not symmetric transfer, because g++ makes that a tail call with -O2 alone, and never under a sanitizer: a loop
    /// of a million co_awaits would overflow the stack there.
    void continue_with(std::coroutine_handle<> coroutine) {
        assert(running_ && !next_);
        next_ = coroutine;
    }

private:
    void run(std::coroutine_handle<> coroutine) {
        for (next_ = coroutine; next_;) std::exchange(next_, nullptr).resume();
    }

    intrusive_list<waiter> ready_;
    deadline_heap<alarm> alarms_;
    std::coroutine_handle<> next_;
    instant now_{};
    bool running_ = false;
};

void waiter::wake() { runs_on().ready(*this); }

}  // namespace sluice
