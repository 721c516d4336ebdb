// SPDX-License-Identifier: MIT
// An echo server and a client of it, as programs on any host: in a simulated network, or behind a real link. They know
// neither which TCP it is nor what carries its packets.
#pragma once

#include <sluice/host/tcp_listener.hpp>

#include <vector>

namespace echo {

using namespace sluice;

inline constexpr std::uint16_t port = 7;

/// Says back what it hears, until there is no more.
template <class Tcp>
task<> serve(tcp_socket<Tcp> peer) {
    std::array<octet, 4096> heard;
    while (true) {
        const auto got = co_await peer.recv(heard);
        if (got.value_or(0) == 0) co_return;
        const auto said = co_await peer.send(octets(heard).first(*got));
        if (!said) co_return;
    }
}

/// A program for each peer.
template <class Tcp>
task<> server(host<Tcp>& at, listen_options options = {}, std::uint16_t on = port) {
    tcp_listener listener(at);
    if (!listener.listen({.address = {}, .port = on}, options)) co_return;
    while (true) {
        auto peer = co_await listener.accept();
        if (!peer || !at.spawn(serve(*std::move(peer)))) co_return;
    }
}

template <class Tcp>
task<> say(tcp_socket<Tcp>& to, octets words) {
    const auto said = co_await to.send(words);
    if (said) static_cast<void>(to.shutdown());
}
template <class Tcp>
task<> hear(tcp_socket<Tcp>& from, std::vector<octet>& words) {
    std::array<octet, 4096> some;
    while (true) {
        const auto got = co_await from.recv(some);
        if (got.value_or(0) == 0) co_return;
        words.insert(words.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*got));
    }
}

/// Says all its words, and hears meanwhile what comes back.
template <class Tcp>
task<result<void>> client(host<Tcp>& at, ip_address of_server, octets words, std::vector<octet>& heard,
                          std::uint16_t on = port) {
    tcp_socket socket(at);
    if (const auto done = co_await socket.connect({of_server, on}); !done) co_return done;
    co_await when_all(say(socket, words), hear(socket, heard));
    co_return co_await socket.close();
}

}  // namespace echo
