// SPDX-License-Identifier: MIT
//
// A socket that waits for connections, with the calls of asio's acceptors. One async_accept at a time (a second one
// fails, invalid_argument).
#pragma once

#include <sluice/adapters/asio/stream.hpp>
#include <sluice/host/tcp_listener.hpp>

namespace sluice::asio {

template <class Tcp>
class acceptor : public held_socket<Tcp, tcp_listener<Tcp>> {
public:
    /// Listens. An unspecified address stands for any of both families.
    template <class Link>
    acceptor(engine<Tcp, Link>& at, const endpoint& own, const listen_options& options = {})
        : base(at.shared(), tcp_listener<Tcp>(at.host())) {
        at_->catch_up();
        this->throwing("listen",
                       [&](auto& code) { code = to_code(socket_.listen(from_endpoint(own), options).error()); });
    }

    /// Handler: void(error_code, stream), of the connection that has waited longest. It begins with the acceptor's
    /// options.
    template <class Token>
    auto async_accept(Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, stream<Tcp>)>(
            [this](auto handler) {
                const auto tell = [at = at_](result<tcp_socket<Tcp>> peer) {
                    const boost::system::error_code code = to_code(peer.error());
                    return std::tuple(code, stream<Tcp>(at, peer ? *std::move(peer) : tcp_socket<Tcp>()));
                };
                start(*at_, socket_.reference(), socket_.accept(), tell, std::move(handler));
            },
            token);
    }

private:
    using base = held_socket<Tcp, tcp_listener<Tcp>>;
    using base::at_, base::socket_;
};

}  // namespace sluice::asio
