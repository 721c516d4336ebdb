// SPDX-License-Identifier: MIT
//
// Tasks side by side: `auto [a, b] = co_await when_all(first(), second());`. They begin in this order with the next
// turn; who awaits them goes on when the last one has ended. No frame and no memory besides theirs.
#pragma once

#include <array>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <sluice/host/scheduler.hpp>
#include <sluice/host/task.hpp>

namespace sluice {

/// The answer is a tuple, with std::monostate for each void, and nothing when all are void. Of several exceptions the
/// first in this order is thrown, when all tasks have ended.
template <class... T>
class [[nodiscard]] when_all {
public:
    explicit when_all(task<T>... tasks) : tasks_(std::move(tasks)...) {}

    bool await_ready() const noexcept {
        return std::apply([](const auto&... each) { return (!each && ...); }, tasks_);
    }
    template <std::derived_from<scheduled> Promise>
    void await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        joins_ = {awaiting, 0};
        std::apply([&](auto&... each) { (begin(each, *awaiting.promise().runs_on), ...); }, tasks_);
    }
    auto await_resume() {
        return std::apply(
            [](auto&... each) {
                if constexpr ((std::is_void_v<T> && ...)) (each.take(), ...);
                else return std::tuple<decltype(value_of(each))...>{value_of(each)...};
            },
            tasks_);
    }

private:
    template <class Each>
    void begin(task<Each>& each, scheduler& runs_on) {
        if (!each) return;
        waiter& start = starts_[joins_.unfinished++];
        start.hold(each.begin(runs_on, joins_));
        start.wake();
    }

    template <class Each>
    static auto value_of(task<Each>& each) {
        if constexpr (!std::is_void_v<Each>) return each.take();
        else return each.take(), std::monostate{};
    }

    std::tuple<task<T>...> tasks_;
    std::array<waiter, sizeof...(T)> starts_;
    joiner joins_;
};

}  // namespace sluice
