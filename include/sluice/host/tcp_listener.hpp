// SPDX-License-Identifier: MIT
//
// A socket that waits for connections:
//     tcp_listener listener(host);
//     if (const auto done = listener.listen({.port = 80}); !done) co_return;
//     while (auto accepted = co_await listener.accept()) serve(*std::move(accepted));
#pragma once

#include <sluice/host/tcp_socket.hpp>

namespace sluice {

/// Closed, it resets the connections that nobody has accepted.
template <class Tcp>
class tcp_listener : public basic_socket<Tcp> {
public:
    tcp_listener() = default;
    explicit tcp_listener(host<Tcp>& at) : basic_socket<Tcp>(at) {}

    /// bind and listen. An unspecified address stands for any.
    result<void> listen(const socket_address& local, const listen_options& options = {}) {
        socket_state* const s = of_.state();
        if (s == nullptr) return of_.missing();
        if (s->is_open()) return error::already_open;
        const auto opened = of_.at->stack().listen(local, of_.at->now(), options, of_.socket.index);
        if (!opened) return opened.error();
        s->opened = *opened;
        s->local = local;
        return {};
    }

    /// The connection that has waited longest. It begins with the listener's options.
    auto accept() { return socket_operation<accepting>(accepting{of_}); }

    result<void> close() { return this->let_go(false); }

private:
    using basic_socket<Tcp>::of_;

    struct accepting {
        using answer = result<tcp_socket<Tcp>>;
        static constexpr direction waits_in = direction::in;
        socket_ref<Tcp> of;

        /// The place for it first: a connection that there is no place for stays where it is.
        answer attempt() {
            const auto waiting = of.ask([](auto& stack, handle h, instant) { return result(stack.to_accept(h)); });
            if (!waiting) return waiting.error();
            if (*waiting == 0) return error::would_block;
            tcp_socket<Tcp> accepted(*of.at);
            socket_state* const s = accepted.of_.state();
            if (s == nullptr) return error::insufficient_resources;
            const socket_state& listening = *of.state();
            const instant now = of.at->now();
            const auto opened = of.at->stack().accept(listening.opened, now, accepted.of_.socket.index);
            if (!opened) return opened.error();
            s->opened = *opened;
            s->options = listening.options;
            // One that has been reset meanwhile has none, and says so when it is used.
            static_cast<void>(apply(s->options, of.at->stack(), *opened, now));
            return accepted;
        }
        bool is_due() {
            return of.ask([](auto& stack, handle h, instant) { return result(stack.to_accept(h)); }).value_or(1) > 0;
        }
    };
};

template <class Tcp>
tcp_listener(host<Tcp>&) -> tcp_listener<Tcp>;

}  // namespace sluice
