// SPDX-License-Identifier: MIT
// One connection on its way through: from a client inside, whose TCP ends in sluice, to a server outside, to whom the
// kernel speaks. The client is answered when the server has answered. Octets, ends and resets go on in both
// directions as they come; each side holds no more than its buffers have room for, and so waits for the other. Not
// passed on: urgent data, and that one side has only fallen silent, which the other one hears of as a reset.
#pragma once

#include "kernel_socket.hpp"

#include <sluice/host/sleep.hpp>
#include <sluice/host/tcp_socket.hpp>

namespace gateway {

template <class Tcp>
class passage {
public:
    explicit passage(tcp_socket<Tcp> client) : inside_(std::move(client)) {}
    passage(const passage&) = delete;
    passage& operator=(const passage&) = delete;

    const tcp_socket<Tcp>& inside() const { return inside_; }

    /// 0, or why the server did not; then the client waits still, and is refused when this goes.
    task<int> open(io::reactor& at, machine_alias alias) {
        const auto server = inside_.getsockname();
        if (!server) co_return ECONNABORTED;
        co_return co_await outside_.connect(at, alias.outside(*server));
    }

    /// The client is answered, and all is passed on until both sides have ended.
    task<> carry() {
        const auto answered = co_await inside_.answer();
        if (!answered) co_return outside_.reset();  // it has gone meanwhile
        co_await when_all(outwards(), inwards(), watch_inside());
    }

private:
    task<> outwards() {
        while (true) {
            const auto text = co_await inside_.peek();
            if (!text) break;  // watch_inside knows what to do
            if (text->empty()) {
                outside_.shutdown();
                break;
            }
            const ssize_t taken = outside_.write(*text);
            if (taken >= 0) {
                static_cast<void>(inside_.consume(static_cast<std::size_t>(taken)));
            } else if (would_block(errno)) {
                co_await outside_.writable();
            } else {
                fail_outside(errno);
                break;
            }
        }
        has_ended_outwards_ = true;
    }

    task<> inwards() {
        while (outside_error_ == 0) {
            const auto place = co_await inside_.reserve(most_at_once);
            if (place.error() == error::insufficient_resources) {
                co_await sleep_for(10ms);
                continue;
            }
            if (!place) co_return;
            const ssize_t got = outside_.read(*place);
            const int why = errno;
            static_cast<void>(inside_.commit(static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
            if (got == 0) break;
            if (got > 0) continue;
            if (!would_block(why)) fail_outside(why);
            else co_await outside_.readable();
        }
        if (outside_error_ == 0) static_cast<void>(inside_.shutdown());
        while (outside_error_ == 0 && !has_ended_outwards_) {  // behind its end the server can still reset
            co_await outside_.readable();
            fail_outside(outside_.error());
        }
        if (outside_error_ == 0) co_return;
        // What the server has said before it failed comes first, as it would without us.
        static_cast<void>(co_await with_timeout(inside_.drained(), longest_delay_of_reset));
        static_cast<void>(inside_.abort());
    }

    task<> watch_inside() {
        if (const auto end = co_await inside_.ended(); end) co_return;
        // Of what the client has said before it reset, the kernel may keep the end back for a moment (autocorking), and
        // does not tell when it has left.
        for (int tries = 0; tries < 100 && outside_.unsent() > 0; ++tries) co_await sleep_for(1ms);
        outside_.reset();
    }

    /// Of the calls that fail after a RST only the first is told why: whoever it is leaves word.
    void fail_outside(int why) {
        if (outside_error_ == 0) outside_error_ = why;
    }

    static constexpr std::size_t most_at_once = 65'536;
    static constexpr duration longest_delay_of_reset = 10s;

    tcp_socket<Tcp> inside_;
    kernel_socket outside_;
    int outside_error_ = 0;
    bool has_ended_outwards_ = false;
};

}  // namespace gateway
