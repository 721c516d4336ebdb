// SPDX-License-Identifier: MIT
//
// Waiting for time to pass: `co_await sleep_for(5ms);`, `co_await sleep_until(deadline);`, and for the others to have had
// their turn: `co_await next_turn();`. To sleep until `never` is to wait for one's destruction.
#pragma once

#include <concepts>
#include <coroutine>

#include <sluice/base/time.hpp>
#include <sluice/host/scheduler.hpp>

namespace sluice {

class [[nodiscard]] sleep_until : alarm {
public:
    explicit sleep_until(instant deadline) : deadline_(deadline) {}

    bool await_ready() const noexcept { return false; }
    template <std::derived_from<scheduled> Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        hold(coroutine);
        runs_on().set(*this, deadline_);
    }
    void await_resume() const noexcept {}

private:
    instant deadline_;
};

/// Counted from the time which the scheduler was told last.
class [[nodiscard]] sleep_for : alarm {
public:
    explicit sleep_for(duration delay) : delay_(delay) {}

    bool await_ready() const noexcept { return false; }
    template <std::derived_from<scheduled> Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        hold(coroutine);
        runs_on().set(*this, runs_on().after(delay_));
    }
    void await_resume() const noexcept {}

private:
    duration delay_;
};

class [[nodiscard]] next_turn : waiter {
public:
    bool await_ready() const noexcept { return false; }
    template <std::derived_from<scheduled> Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        hold(coroutine);
        wake();
    }
    void await_resume() const noexcept {}
};

}  // namespace sluice
