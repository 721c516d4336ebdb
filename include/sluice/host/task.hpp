// SPDX-License-Identifier: MIT
//
// The coroutine in which programs on a host are written: `task<result<std::size_t>> read(...)`. It begins when it is
// awaited, and who awaits it goes on in the same turn when it has ended. One thread, one allocation (its frame), no
// growth of the stack however many are awaited in a row or within each other. Destroying a task that waits cancels it,
// from the inside out; that alone takes stack, as calls of the same depth would.
#pragma once

#include <cassert>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <sluice/base/result.hpp>
#include <sluice/host/scheduler.hpp>

namespace sluice {

template <class T>
class task;

/// Who waits for tasks: goes on when the last of them has ended.
struct joiner {
    std::coroutine_handle<> coroutine;
    std::size_t unfinished = 1;
};

class task_promise_base : public scheduled {
public:
    std::suspend_always initial_suspend() noexcept { return {}; }

    struct end {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
            joiner& joins = *ended.promise().joins_;
            if (--joins.unfinished == 0) ended.promise().runs_on->continue_with(joins.coroutine);
        }
        void await_resume() noexcept {}
    };
    end final_suspend() noexcept { return {}; }

    /// Never called under -fno-exceptions. The member stays, so that translation units with and without can be linked.
    void unhandled_exception() noexcept { thrown_ = std::current_exception(); }

protected:
    void rethrow() const {
        if (thrown_) std::rethrow_exception(thrown_);
    }

private:
    template <class T>
    friend class task;

    joiner* joins_ = nullptr;
    std::exception_ptr thrown_;
};

template <class T>
class task_promise : public task_promise_base {
public:
    task<T> get_return_object() noexcept;
    static task<T> get_return_object_on_allocation_failure() noexcept;

    template <std::convertible_to<T> U = T>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }
    T take() {
        rethrow();
        return *std::move(value_);
    }

private:
    std::optional<T> value_;
};

template <>
class task_promise<void> : public task_promise_base {
public:
    inline task<void> get_return_object() noexcept;
    static inline task<void> get_return_object_on_allocation_failure() noexcept;

    void return_void() noexcept {}
    void take() { rethrow(); }
};

/// A task whose frame found no memory is empty, as a moved one is. To await it gives error::insufficient_resources
/// where a T can say so, as a result<...> can, and ends the program where it can't.
/// Write `const auto got = co_await f(x); if (got)`: in `if (co_await f(x))` of a coroutine without any variables, g++
/// 12 reads a parameter x from where it is no more.
template <class T = void>
class [[nodiscard]] task {
public:
    static_assert(!std::is_reference_v<T>, "a task's result is a value");
    using promise_type = task_promise<T>;

    task() = default;
    task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        task taken(std::move(other));
        std::swap(coroutine_, taken.coroutine_);
        return *this;
    }
    ~task() {
        if (coroutine_) coroutine_.destroy();
    }

    explicit operator bool() const { return static_cast<bool>(coroutine_); }

    /// Takes the task over: it goes with who awaits it.
    auto operator co_await() && { return awaiter{std::move(*this), {}}; }

    // ---- for awaitables that hold tasks -----------------------------------------------------------------------------

    bool has_ended() const { return coroutine_.done(); }

    /// Returned is what to resume to begin it; it reports its end to `joins`. Once, and not for an empty one.
    std::coroutine_handle<promise_type> begin(scheduler& runs_on, joiner& joins) {
        assert(coroutine_ && coroutine_.promise().joins_ == nullptr);
        coroutine_.promise().runs_on = &runs_on;
        coroutine_.promise().joins_ = &joins;
        return coroutine_;
    }

    /// The result, once it has ended; throws what the task has thrown.
    T take() {
        if (coroutine_) return coroutine_.promise().take();
        if constexpr (std::is_convertible_v<error, T>) return error::insufficient_resources;
        else std::terminate();
    }

private:
    friend promise_type;

    struct awaiter {
        task awaited;
        joiner joins;

        bool await_ready() const noexcept { return !awaited; }
        template <std::derived_from<scheduled> Promise>
        void await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
            joins.coroutine = awaiting;
            scheduler& runs_on = *awaiting.promise().runs_on;
            runs_on.continue_with(awaited.begin(runs_on, joins));
        }
        T await_resume() { return awaited.take(); }
    };

    explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

    std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
    return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}
template <class T>
task<T> task_promise<T>::get_return_object_on_allocation_failure() noexcept {
    return {};
}
task<void> task_promise<void>::get_return_object() noexcept {
    return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}
task<void> task_promise<void>::get_return_object_on_allocation_failure() noexcept { return {}; }

}  // namespace sluice
