// SPDX-License-Identifier: MIT
//
// Coroutines that wait for one thing, such as a socket becoming readable, first come first woken. A wake that finds
// nobody is forgotten, and who was woken may find that another was faster: `while (!there()) co_await list.wait();`.
#pragma once

#include <concepts>
#include <coroutine>

#include <sluice/host/scheduler.hpp>

namespace sluice {

/// Who still waits when the list is destroyed is never woken.
class wait_list {
public:
    bool empty() const { return waiters_.empty(); }

    [[nodiscard]] auto wait() { return waiting(waiters_); }

    /// Who is destroyed after it was woken and before it runs takes the wake along. Where that matters, wake all.
    void wake_one() {
        if (!empty()) waiters_.pop_front().wake();
    }
    void wake_all() {
        while (!empty()) wake_one();
    }

private:
    class waiting : public waiter {
    public:
        explicit waiting(intrusive_list<waiter>& list) : list_(list) {}
        bool await_ready() const noexcept { return false; }
        template <std::derived_from<scheduled> Promise>
        void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
            hold(coroutine);
            list_.push_back(*this);
        }
        void await_resume() const noexcept {}

    private:
        intrusive_list<waiter>& list_;
    };

    intrusive_list<waiter> waiters_;
};

}  // namespace sluice
