// SPDX-License-Identifier: MIT
//
// A task that may take so long and no longer: `auto line = co_await with_timeout(read_line(), 5s);`. When its time is
// over it is destroyed where it waits, and the answer is error::timed_out. Of two wakes in one instant the first one
// wins, and the limit is set before anything that the task sets itself.
#pragma once

#include <algorithm>
#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

#include <sluice/base/result.hpp>
#include <sluice/base/time.hpp>
#include <sluice/host/scheduler.hpp>
#include <sluice/host/task.hpp>

namespace sluice {

/// The answer is the task's own where that can be an error, as a result<...> can, and a result<T> where it can't.
template <class T>
class [[nodiscard]] with_timeout {
public:
    using answer = typename std::conditional_t<std::is_convertible_v<error, T>, std::type_identity<T>,
                                               std::type_identity<result<T>>>::type;

    with_timeout(task<T> limited, instant deadline) : task_(std::move(limited)), deadline_(deadline) {}
    with_timeout(task<T> limited, duration delay) : task_(std::move(limited)), delay_(delay) {}

    bool await_ready() const noexcept { return !task_; }
    template <std::derived_from<scheduled> Promise>
    void await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        scheduler& runs_on = *awaiting.promise().runs_on;
        limit_.hold(awaiting);
        runs_on.set(limit_, std::min(deadline_, runs_on.after(delay_)));
        joins_.coroutine = awaiting;
        runs_on.continue_with(task_.begin(runs_on, joins_));
    }
    /// Who awaits may wait again before this object is gone: the loser of the two must not wake it then.
    answer await_resume() {
        if (!task_) return error::insufficient_resources;
        limit_.cancel();
        if (!task_.has_ended()) {
            task_ = {};
            return error::timed_out;
        }
        if constexpr (!std::is_void_v<T>) return task_.take();
        else return task_.take(), answer{};
    }

private:
    task<T> task_;
    instant deadline_ = never;
    duration delay_ = duration::max();
    alarm limit_;
    joiner joins_{};
};

}  // namespace sluice
