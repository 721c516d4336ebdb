// SPDX-License-Identifier: MIT
//
// What stream and acceptor have in common: they hold a socket of an engine's host, move and don't copy, and close when
// they are destroyed. Each call that answers at once has asio's two forms: one sets a code, the other throws
// system_error.
#pragma once

#include <sluice/adapters/asio/endpoint.hpp>
#include <sluice/adapters/asio/engine.hpp>
#include <sluice/adapters/asio/error.hpp>

namespace sluice::asio {

template <class Tcp, class Socket>
class held_socket {
public:
    using executor_type = boost::asio::any_io_executor;
    using lowest_layer_type = held_socket;

    held_socket(held_socket&&) = default;
    held_socket& operator=(held_socket&& other) noexcept {
        held_socket taken(std::move(other));
        std::swap(at_, taken.at_);
        std::swap(socket_, taken.socket_);
        return *this;
    }
    ~held_socket() {
        boost::system::error_code ignored;
        close(ignored);
    }

    executor_type get_executor() { return at_->executor; }
    lowest_layer_type& lowest_layer() { return *this; }
    const lowest_layer_type& lowest_layer() const { return *this; }

    bool is_open() const { return at_ != nullptr && at_->is_driven() && socket_.reference().state() != nullptr; }

    /// Which operation has not ended, ends: operation_aborted.
    void cancel(boost::system::error_code& code) {
        code = {};
        if (!is_open()) return void(code = boost::asio::error::bad_descriptor);
        socket_.reference().state()->dismiss_all();
        at_->catch_up();
    }
    void cancel() {
        throwing("cancel", [&](auto& code) { cancel(code); });
    }

    /// As cancel; and TCP finishes alone what was written, but resets if octets are unread, as they would be lost (RFC
    /// 9293 MAY-1), or connections are not accepted.
    void close(boost::system::error_code& code) {
        code = {};
        if (is_open()) at_->catch_up();
        socket_ = {};
    }
    void close() {
        throwing("close", [&](auto& code) { close(code); });
    }

    endpoint local_endpoint(boost::system::error_code& code) const { return named(socket_.getsockname(), code); }
    endpoint local_endpoint() const {
        return throwing("local_endpoint", [&](auto& code) { return local_endpoint(code); });
    }

    /// For options: `stream.socket().set_option(option::nodelay{})`.
    Socket& socket() { return socket_; }

protected:
    held_socket(std::shared_ptr<driven_host<Tcp>> at, Socket held) : at_(std::move(at)), socket_(std::move(held)) {}

    static auto throwing(const char* call, auto&& do_it) {
        boost::system::error_code code;
        const auto check = [&] {
            if (code) throw boost::system::system_error(code, call);
        };
        if constexpr (std::is_void_v<decltype(do_it(code))>) {
            do_it(code);
            check();
        } else {
            auto answer = do_it(code);
            check();
            return answer;
        }
    }
    static endpoint named(const result<socket_address>& name, boost::system::error_code& code) {
        code = to_code(name.error());
        return name ? to_endpoint(*name) : endpoint();
    }

    std::shared_ptr<driven_host<Tcp>> at_;  // outlives the socket
    Socket socket_;
};

}  // namespace sluice::asio
