// SPDX-License-Identifier: MIT
//
// The programs of a host: tasks that nobody awaits. The executor owns each until it ends, and destroys those that have
// not ended when it is itself destroyed, the last one first, because it may look at what an earlier one holds. A
// program that ends by an exception ends the process (std::terminate), as a thread would.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include <sluice/base/result.hpp>
#include <sluice/host/intrusive_list.hpp>
#include <sluice/host/scheduler.hpp>
#include <sluice/host/task.hpp>

namespace sluice {

class executor : public scheduler {
public:
    ~executor() {
        while (!empty()) program::handle::from_promise(programs_.back()).destroy();
    }

    /// All programs have ended.
    bool empty() const { return programs_.empty(); }

    /// It begins with the next turn. Fails when there is no memory for its frame or the one around it.
    result<void> spawn(task<> body) {
        if (!body) return error::insufficient_resources;
        const program::handle started = around(std::move(body)).coroutine;
        if (!started) return error::insufficient_resources;
        program::promise_type& promise = started.promise();
        promise.runs_on = this;
        programs_.push_back(promise);
        promise.start.hold(started);
        ready(promise.start);
        return {};
    }

private:
    /// The coroutine around a spawned task: its frame goes by itself when the task has ended.
    struct program {
        struct promise_type : scheduled, list_node {
            waiter start;

            program get_return_object() noexcept { return {handle::from_promise(*this)}; }
            static program get_return_object_on_allocation_failure() noexcept { return {nullptr}; }
            std::suspend_always initial_suspend() noexcept { return {}; }
            std::suspend_never final_suspend() noexcept { return {}; }
            void return_void() noexcept {}
            void unhandled_exception() noexcept { std::terminate(); }
        };
        using handle = std::coroutine_handle<promise_type>;
        handle coroutine;
    };
    static program around(task<> body) { co_await std::move(body); }

    intrusive_list<program::promise_type> programs_;
};

}  // namespace sluice
