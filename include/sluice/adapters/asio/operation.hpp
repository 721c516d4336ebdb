// SPDX-License-Identifier: MIT
//
// One asynchronous operation of asio's: a program of the host, which awaits a socket's call and hands what it answers
// to the handler, through the handler's own executor and never inside of the initiating function. So handlers are
// queued in the order in which their operations end.
#pragma once

#include <new>
#include <tuple>
#include <utility>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <sluice/adapters/asio/driven_host.hpp>
#include <sluice/adapters/asio/error.hpp>

namespace sluice::asio {

/// A handler and what it is to be called with, in the handler's memory.
template <class Handler, class Arguments>
struct completion {
    using allocator_type = boost::asio::associated_allocator_t<Handler>;

    Handler handler;
    Arguments arguments;

    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
    void operator()() { std::apply(std::move(handler), std::move(arguments)); }
};

template <class Tcp, class Operation, class Tell, class Handler, class Work>
task<> carry_out(driven_host<Tcp>& at, socket_ref<Tcp> of, Operation operation, Tell tell, Handler handler, Work work) {
    outstanding<Tcp> entry(of);
    at.operations.push_back(entry);
    const bool was_open = at.is_driven() && of.state() != nullptr;
    typename Operation::answer answer = error::bad_handle;
    if (was_open) answer = co_await std::move(operation);
    const bool was_cancelled = was_open && answer.error() == error::bad_handle;
    auto arguments = tell(std::move(answer));
    if (was_cancelled) std::get<0>(arguments) = boost::asio::error::operation_aborted;
    completion<Handler, decltype(arguments)> ended{std::move(handler), std::move(arguments)};
    boost::asio::post(work.get_executor(), std::move(ended));
}

/// `operation` is what a call of the socket returns. `tell(answer)` makes a tuple of its answer, for the handler, which
/// begins with the code.
template <class Tcp>
void start(driven_host<Tcp>& at, const socket_ref<Tcp>& of, auto operation, auto tell, auto handler) {
    auto work = boost::asio::make_work_guard(handler, at.executor);
    const auto begun =
        at.driven.spawn(carry_out(at, of, std::move(operation), std::move(tell), std::move(handler), std::move(work)));
    if (!begun) throw std::bad_alloc();
    at.catch_up();
}

}  // namespace sluice::asio
