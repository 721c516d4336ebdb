// SPDX-License-Identifier: MIT
//
// What tcp_socket and tcp_listener have in common: they own a socket of a host, move and don't copy, and close when
// they are destroyed, which wakes who still waits for them (bad_handle). After close, and moved from, each call answers
// bad_handle; insufficient_resources when there was no memory for the socket.
#pragma once

#include <sluice/host/socket_call.hpp>

namespace sluice {

template <class Tcp>
class basic_socket {
public:
    basic_socket() = default;
    basic_socket(basic_socket&& other) noexcept : of_(std::exchange(other.of_, {})) {}
    basic_socket& operator=(basic_socket&& other) noexcept {
        basic_socket taken(std::move(other));
        std::swap(of_, taken.of_);
        return *this;
    }
    ~basic_socket() { static_cast<void>(let_go()); }

    /// For connect, listen, and what comes after; of a listener, for what is accepted from now on.
    template <socket_option Option>
    result<void> set_option(const Option& one) {
        socket_state* const s = of_.state();
        if (s == nullptr) return of_.missing();
        socket_options changed = s->options;
        one.write(changed);
        if (const error wrong = check(changed.connection); wrong != error::none) return wrong;
        if (changed.linger && *changed.linger < duration::zero()) return error::bad_argument;
        const std::string_view name = find_name<typename Tcp::congestion_policy>(changed.congestion);
        if (name.empty() && changed.congestion != s->options.congestion) return error::not_supported;
        changed.congestion = name;
        s->options = changed;
        if (of_.at->stack().look(s->opened) == nullptr) return {};
        return apply(changed, of_.at->stack(), s->opened, of_.at->now());
    }
    template <socket_option Option>
    result<Option> get_option() const {
        const socket_state* const s = of_.state();
        if (s == nullptr) return of_.missing();
        return Option::of(s->options);
    }

    /// What it is bound to; of a connection, its own end.
    result<socket_address> getsockname() const {
        const socket_state* const s = of_.state();
        if (s == nullptr) return of_.missing();
        const auto* const tcp = of_.at->stack().look(s->opened);
        return tcp != nullptr ? tcp->local() : s->local;
    }

    /// For calls of one's own (socket_call.hpp).
    const socket_ref<Tcp>& reference() const { return of_; }

protected:
    explicit basic_socket(host<Tcp>& at) : of_{&at, at.add_socket()} {}
    explicit basic_socket(const socket_ref<Tcp>& owned) : of_(owned) {}

    /// As `linger` has it, but without waiting.
    result<void> let_go() {
        const socket_state* const s = of_.state();
        return let_go(s != nullptr && s->options.linger == duration::zero());
    }
    result<void> let_go(bool abort) {
        const socket_ref<Tcp> gone = std::exchange(of_, {});
        return gone.state() != nullptr ? gone.at->remove(gone.socket, abort) : gone.missing();
    }

    socket_ref<Tcp> of_;
};

}  // namespace sluice
