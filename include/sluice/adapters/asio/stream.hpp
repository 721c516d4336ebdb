// SPDX-License-Identifier: MIT
//
// One end of a connection, with the calls of asio's sockets: an AsyncReadStream and AsyncWriteStream. At most one
// operation in each direction at a time (a second one fails, invalid_argument); connecting counts as writing.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/socket_base.hpp>

#include <sluice/adapters/asio/held_socket.hpp>
#include <sluice/adapters/asio/operation.hpp>
#include <sluice/adapters/asio/transfer.hpp>
#include <sluice/host/tcp_socket.hpp>

namespace sluice::asio {

template <class Tcp>
class acceptor;

template <class Tcp>
class stream : public held_socket<Tcp, tcp_socket<Tcp>> {
public:
    template <class Link>
    explicit stream(engine<Tcp, Link>& at) : stream(at.shared(), tcp_socket<Tcp>(at.host())) {}

    // ---- operations -------------------------------------------------------------------------------------------------

    /// Handler: void(error_code).
    template <class Token>
    auto async_connect(const endpoint& peer, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
            [this](auto handler, const socket_address& remote) {
                const auto tell = [](const result<void>& done) { return std::tuple(to_code(done.error())); };
                begin(socket_.connect(remote), tell, std::move(handler));
            },
            token, from_endpoint(peer));
    }

    /// Handler: void(error_code, size_t). At least one octet; eof once the peer has ended.
    template <class Buffers, class Token>
    auto async_read_some(const Buffers& into, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& buffers) {
                const auto tell = [](const result<std::size_t>& got) {
                    boost::system::error_code code = to_code(got.error());
                    if (got.error() == error::closing) code = boost::asio::error::eof;
                    return std::tuple(code, got.value_or(0));
                };
                begin(socket_operation(reading<Tcp, Buffers>{socket_.reference(), buffers}), tell, std::move(handler));
            },
            token, into);
    }

    /// Handler: void(error_code, size_t). At least one octet; they have been taken, not acknowledged.
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& from, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto handler, const Buffers& buffers) {
                const auto tell = [](const result<std::size_t>& taken) {
                    return std::tuple(to_code(taken.error()), taken.value_or(0));
                };
                begin(socket_operation(writing<Tcp, Buffers>{socket_.reference(), buffers}), tell, std::move(handler));
            },
            token, from);
    }

    // ---- calls that answer at once ----------------------------------------------------------------------------------

    /// Which address and port to connect from.
    void bind(const endpoint& own, boost::system::error_code& code) {
        code = to_code(socket_.bind(from_endpoint(own)).error());
    }
    void bind(const endpoint& own) {
        this->throwing("bind", [&](auto& code) { bind(own, code); });
    }

    /// Nothing is sent after what was written; the peer reads eof then. Receiving goes on, with shutdown_both too: TCP
    /// can't say that nobody reads, and shutdown_receive is refused.
    void shutdown(boost::asio::socket_base::shutdown_type what, boost::system::error_code& code) {
        if (what == boost::asio::socket_base::shutdown_receive)
            return void(code = boost::asio::error::operation_not_supported);
        if (this->is_open()) at_->catch_up();
        code = to_code(socket_.shutdown().error());
    }
    void shutdown(boost::asio::socket_base::shutdown_type what) {
        this->throwing("shutdown", [&](auto& code) { shutdown(what, code); });
    }

    endpoint remote_endpoint(boost::system::error_code& code) const { return this->named(socket_.getpeername(), code); }
    endpoint remote_endpoint() const {
        return this->throwing("remote_endpoint", [&](auto& code) { return remote_endpoint(code); });
    }

private:
    friend acceptor<Tcp>;
    using base = held_socket<Tcp, tcp_socket<Tcp>>;
    using base::at_, base::socket_;
    using base::base;

    void begin(auto operation, auto tell, auto handler) {
        start(*at_, socket_.reference(), std::move(operation), tell, std::move(handler));
    }
};

}  // namespace sluice::asio
