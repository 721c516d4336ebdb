// SPDX-License-Identifier: MIT
//
// What the calls of all sockets have in common: finding what they are about, and waiting until they can be carried out.
// A call is lazy: nothing happens before it is awaited, with the socket as it is then. To destroy who awaits it is to
// cancel it.
#pragma once

#include <concepts>
#include <coroutine>
#include <utility>

#include <sluice/host/host.hpp>
#include <sluice/host/when_all.hpp>
#include <sluice/host/with_timeout.hpp>

namespace sluice {

/// Which socket of which host. It may be kept past the socket's end, and then finds nothing.
template <class Tcp>
struct socket_ref {
    host<Tcp>* at = nullptr;
    handle socket{};

    socket_state* state() const { return at != nullptr ? at->find(socket) : nullptr; }
    /// Why there is no state.
    error missing() const {
        return at != nullptr && socket.index == no_index ? error::insufficient_resources : error::bad_handle;
    }

    /// `call(stack, handle, now)`, for a socket that stands for something in the stack.
    template <class Call>
    auto ask(Call&& call) const -> decltype(call(at->stack(), handle{}, instant{})) {
        const socket_state* const s = state();
        if (s == nullptr) return missing();
        if (!s->is_open()) return error::not_open;
        return call(at->stack(), s->opened, at->now());
    }
};

/// Awaits a Call, which has:
///     answer                   a result<...>
///     waits_in                 which direction is in use meanwhile; a second one is refused (bad_argument)
///     of                       a socket_ref
///     attempt() -> answer      carries it out as far as it can be, would_block while it is not done
///     is_due() -> bool         optional: says without doing anything whether attempt() would be done. With it, what is
///                              awaited is carried out when the program runs, and nothing is lost if it is cancelled
///                              before that. Without it attempt() is called until it is done.
///     give_up()                optional: it was cancelled
template <class Call>
class socket_wait final : socket_waiter {
public:
    using answer = typename Call::answer;

    explicit socket_wait(Call&& call) : call_(std::move(call)) {}
    ~socket_wait() {
        if constexpr (requires { call_.give_up(); })
            if (is_in_socket()) call_.give_up();
    }

    bool await_ready() {
        socket_state* const s = call_.of.state();
        const bool is_taken = s != nullptr && s->waiting_for(Call::waits_in) != nullptr;
        answer_ = is_taken ? answer(error::bad_argument) : call_.attempt();
        return answer_.error() != error::would_block;
    }
    template <std::derived_from<scheduled> Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) {
        hold(coroutine);
        enter(call_.of.state()->waiting_for(Call::waits_in));
    }
    answer await_resume() {
        leave_socket();
        const bool is_open = answer_.error() == error::would_block;
        if (is_open) answer_ = is_dismissed() ? answer(error::bad_handle) : call_.attempt();
        return std::move(answer_);
    }

private:
    bool is_due() override {
        if constexpr (requires { call_.is_due(); }) {
            return call_.is_due();
        } else {
            answer_ = call_.attempt();
            return answer_.error() != error::would_block;
        }
    }

    Call call_;
    answer answer_ = error::would_block;
};

/// What a socket's call returns: to be awaited, or to be handed to with_timeout and when_all, which take tasks.
template <class Call>
class [[nodiscard]] socket_operation {
public:
    using answer = typename Call::answer;

    explicit socket_operation(Call call) : call_(std::move(call)) {}

    socket_wait<Call> operator co_await() && { return socket_wait<Call>(std::move(call_)); }
    operator task<answer>() && { return as_task(std::move(*this)); }

private:
    static task<answer> as_task(socket_operation operation) { co_return co_await std::move(operation); }

    Call call_;
};

namespace detail {
template <class Call>
typename Call::answer answer_of(const socket_operation<Call>&);
template <class T>
T answer_of(const task<T>&);
}  // namespace detail

template <class Call>
with_timeout(socket_operation<Call>, duration) -> with_timeout<typename Call::answer>;
template <class Call>
with_timeout(socket_operation<Call>, instant) -> with_timeout<typename Call::answer>;
template <class... Awaited>
when_all(Awaited...) -> when_all<decltype(detail::answer_of(std::declval<Awaited>()))...>;

}  // namespace sluice
