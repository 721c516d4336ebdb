// SPDX-License-Identifier: MIT
//
// One end of a connection, with the words of Berkeley sockets. What can take time is awaited:
//     tcp_socket socket(host);
//     if (const auto done = co_await socket.connect(server); !done) co_return;
//     const auto sent = co_await socket.send(question);
//     const auto got = co_await socket.recv(buffer);  // 0 octets: the peer has ended
#pragma once

#include <sluice/host/basic_socket.hpp>
#include <sluice/host/tcp_socket_calls.hpp>

namespace sluice {

template <class Tcp>
class tcp_listener;

/// A socket can be moved while programs wait for it: a call knows the socket, not this object. One program at a time
/// may wait in each direction: one that receives, one that sends, connects, answers or closes, one for urgent, one for
/// the end; a second one's answer is bad_argument.
template <class Tcp>
class tcp_socket : public basic_socket<Tcp> {
public:
    tcp_socket() = default;
    explicit tcp_socket(host<Tcp>& at) : basic_socket<Tcp>(at) {}

    /// Which address and port connect is to use; unspecified, or 0: the host's, and any that is free.
    result<void> bind(const socket_address& local) {
        socket_state* const s = of_.state();
        if (s == nullptr) return of_.missing();
        if (s->is_open()) return error::already_open;
        s->local = local;
        return {};
    }
    /// Until the handshake is over. After an error, and when it is cancelled, the socket is as it was before.
    auto connect(socket_address remote) { return operation(calls::connecting<Tcp>{of_, remote}); }

    /// Of a connection that a listener with `asks` has accepted: only now its peer is answered, and this waits until
    /// the handshake is over. abort() refuses it instead, and so does its end.
    auto answer() { return operation(calls::answering<Tcp>{of_}); }

    // ---- sending ----------------------------------------------------------------------------------------------------

    /// All of it, and then says how much that was. Cancelled or failed, `*taken` says how much was; the octets have to
    /// stay until then.
    auto send(payload data, std::size_t* taken = nullptr) {
        return operation(calls::sending<Tcp>{of_, data, taken});
    }
    /// The same, and the end of it waits for the next send, 200 ms at most, where it makes no full segment (MSG_MORE).
    auto send_more(payload data, std::size_t* taken = nullptr) {
        return operation(calls::sending<Tcp>{of_, data, taken, calls::manner::more});
    }
    /// The same as send, and the peer is told to read as fast as it can up to the end of it (MSG_OOB).
    auto send_urgent(payload data, std::size_t* taken = nullptr) {
        return operation(calls::sending<Tcp>{of_, data, taken, calls::manner::urgent});
    }
    /// As much as there is room for, at least one octet.
    auto send_some(payload data) { return operation(calls::sending_some<Tcp>{of_, data}); }
    /// Room for up to `most` octets in one piece, to be written at once; with commit so many of them are sent.
    auto reserve(std::size_t most) { return operation(calls::reserving<Tcp>{of_, most}); }
    result<void> commit(std::size_t length) {
        return of_.ask([&](auto& stack, handle h, instant now) { return stack.commit(h, length, now); });
    }
    /// All of it is going to be sent from where it lies, up to 2^30 octets, as soon as there is any room. Neither it
    /// nor `lent` moves or goes before `lent.returned`, which it is by the end of drained() or close(), awaited, and
    /// whatever ends the connection. A socket that is closed without waiting, or destroyed, as in a program that is
    /// cancelled, resets while anything lent is out: so declare what is lent before the socket, and nothing reads what
    /// is gone.
    template <class Lent>
    auto lend(Lent& lent) {
        return operation(calls::lending<Tcp, Lent>{of_, &lent});
    }
    /// Until the peer has acknowledged all that was sent; after shutdown(), the end of it too.
    auto drained() { return operation(calls::awaiting_acks<Tcp>{of_}); }
    /// Nothing is sent any more after what was; the peer reads 0 octets then. Receiving goes on.
    result<void> shutdown() {
        return of_.ask([](auto& stack, handle h, instant now) { return stack.shutdown(h, now); });
    }

    // ---- receiving --------------------------------------------------------------------------------------------------

    /// What has come, at least one octet; 0 once the peer has ended.
    auto recv(mutable_octets to) { return operation(calls::receiving<Tcp>{of_, to}); }
    /// The same where it lies, in one piece; none once the peer has ended. With consume so much of it is dealt with.
    auto peek() { return operation(calls::peeking<Tcp>{of_}); }
    result<void> consume(std::size_t length) {
        return of_.ask([&](auto& stack, handle h, instant now) { return stack.consume(h, length, now); });
    }
    /// What has come is acknowledged now, and what comes soon at once; or, off, as late as may be (TCP_QUICKACK). Not
    /// for ever: it is the stack's ACK policy that goes on from there.
    result<void> quick_ack(bool wanted = true) {
        return of_.ask([&](auto& stack, handle h, instant now) { return stack.quick_ack(h, wanted, now); });
    }
    /// Waits until the peer has announced something urgent that is not read yet, and says how many octets to read up to
    /// its end (SIOCATMARK); error::closing once the peer has ended.
    auto urgent() { return operation(calls::awaiting_urgent<Tcp>{of_}); }

    // ---- the end ----------------------------------------------------------------------------------------------------

    /// As option::linger has it; without it, awaited, it waits for what is lent to be returned. The socket is given up
    /// even if what is returned is not awaited. With octets unread, or coming, it resets: they would be lost (RFC 9293
    /// MAY-1, SHLD-3).
    task<result<void>> close() { return finish(std::move(*this)); }
    /// Waits until both sides have ended, and have heard so; or one of them has failed, and that is the answer.
    auto ended() { return operation(calls::awaiting_end<Tcp>{of_}); }
    /// A RST, at once.
    result<void> abort() { return this->let_go(true); }

    // ---- what there is to know --------------------------------------------------------------------------------------

    result<socket_address> getpeername() const {
        return of_.ask([](auto& stack, handle h, instant) { return result(stack.look(h)->remote()); });
    }
    /// Under the names of Linux's tcp_info.
    result<tcp_info> info() const {
        return of_.ask([](auto& stack, handle h, instant) { return stack.info(h); });
    }
    /// nullptr unless it is connecting or connected. Good until the socket is next used or its program waits.
    const typename Tcp::connection* connection() const {
        const socket_state* const s = of_.state();
        return s != nullptr ? of_.at->stack().look(s->opened) : nullptr;
    }

private:
    friend tcp_listener<Tcp>;
    using basic_socket<Tcp>::of_;

    explicit tcp_socket(const socket_ref<Tcp>& accepted) : basic_socket<Tcp>(accepted) {}

    template <class Call>
    static socket_operation<Call> operation(Call call) {
        return socket_operation<Call>(std::move(call));
    }

    static task<result<void>> finish(tcp_socket socket) {
        const auto linger = socket.template get_option<option::linger>();
        if (!linger) co_return linger.error();
        const bool has_lent = socket.connection() != nullptr && socket.connection()->has_lent();
        const duration limit = linger.value().value.value_or(has_lent ? no_time_limit : duration::zero());
        if (limit == duration::zero()) co_return socket.let_go();
        socket.of_.state()->dismiss_all();
        // What is shut down already, or was never open, has nothing else to be done.
        if (const auto shut = socket.shutdown(); shut.error() == error::not_open) co_return socket.let_go();
        const result<void> drained = co_await with_timeout(operation(calls::draining<Tcp>{socket.of_}), limit);
        const result<void> gone = socket.let_go(drained.error() == error::timed_out);
        co_return drained ? gone : drained;
    }
};

template <class Tcp>
tcp_socket(host<Tcp>&) -> tcp_socket<Tcp>;

}  // namespace sluice
