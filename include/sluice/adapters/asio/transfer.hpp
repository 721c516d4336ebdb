// SPDX-License-Identifier: MIT
//
// Reading into and writing from asio's buffer sequences, as calls of a socket (host/socket_call.hpp): scattered and
// gathered between the connection's buffers and the program's, and copied nowhere else.
#pragma once

#include <boost/asio/buffer.hpp>

#include <sluice/host/socket_call.hpp>

namespace sluice::asio {

/// `move(buffer)` moves octets of one Buffer and answers how many; buffer after buffer, until one is not used up. What
/// was moved before an error is what counts.
template <class Buffer>
result<std::size_t> through(const auto& buffers, auto&& move) {
    std::size_t moved = 0;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
        const Buffer one(*at);
        if (one.size() == 0) continue;
        const result<std::size_t> some = move(one);
        if (!some && moved == 0) return some.error();
        moved += some.value_or(0);
        if (some.value_or(0) < one.size()) break;
    }
    return moved;
}

/// At least one octet, unless there is no room for any; error::closing once the peer has ended.
template <class Tcp, class Buffers>
struct reading {
    using answer = result<std::size_t>;
    static constexpr direction waits_in = direction::in;
    socket_ref<Tcp> of;
    Buffers into;

    answer attempt() {
        return through<boost::asio::mutable_buffer>(into, [&](const auto& one) {
            return receive({static_cast<octet*>(one.data()), one.size()});
        });
    }
    bool is_due() { return receive({}).error() != error::would_block; }

private:
    answer receive(mutable_octets place) {
        return of.ask([&](auto& stack, handle h, instant now) { return stack.receive(h, place, now); });
    }
};

/// At least one octet, unless there is none.
template <class Tcp, class Buffers>
struct writing {
    using answer = result<std::size_t>;
    static constexpr direction waits_in = direction::out;
    socket_ref<Tcp> of;
    Buffers from;

    answer attempt() {
        return through<boost::asio::const_buffer>(from, [&](const auto& one) {
            const payload some(static_cast<const octet*>(one.data()), one.size());
            return of.ask([&](auto& stack, handle h, instant now) { return stack.send(h, some, now); });
        });
    }
};

}  // namespace sluice::asio
