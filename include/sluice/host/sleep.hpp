// SPDX-License-Identifier: MIT
//
// Waiting for time to pass: `co_await sleep_for(5ms);`, `co_await sleep_until(deadline);`, and for the others to have
// had their turn: `co_await next_turn();`. To sleep until `never` is to wait for one's destruction.
#pragma once

#include <algorithm>
#include <concepts>
#include <coroutine>

#include <sluice/base/time.hpp>
#include <sluice/host/scheduler.hpp>

namespace sluice {

class [[nodiscard]] sleeping : alarm {
public:
    sleeping(instant deadline, duration delay) : deadline_(deadline), delay_(delay) {}

    bool await_ready() const noexcept { return false; }
    template <std::derived_from<scheduled> Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        hold(coroutine);
        runs_on().set(*this, std::min(deadline_, runs_on().after(delay_)));
    }
    void await_resume() const noexcept {}

private:
    instant deadline_;
    duration delay_;
};

inline sleeping sleep_until(instant deadline) { return {deadline, duration::max()}; }
/// Counted from the time which the scheduler was told last.
inline sleeping sleep_for(duration delay) { return {never, delay}; }

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
