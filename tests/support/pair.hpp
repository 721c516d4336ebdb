// SPDX-License-Identifier: MIT
// Two stacks, or a stack and what else drives like one, back to back in virtual time: whatever one sends arrives at the
// other at once, unless a test takes it on its way.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include <support/wire.hpp>

#include <sluice/policy/buffers/growable_buffers.hpp>
#include <sluice/stack/stack.hpp>

namespace lab {

using namespace sluice;

template <class Client, class Server = Client>
struct pair {
    typename Client::stack client;
    typename Server::stack server;
    instant now{};
    /// Sees each packet before it arrives; false: it is lost.
    std::function<bool(bool from_client, const segment&)> passes = [](bool, const segment&) { return true; };

    explicit pair(const typename Client::settings& c = {}, const typename Server::settings& s = {});

    /// Until nobody has anything to send.
    void settle();

    void pass(duration d);

    /// A client's connection and its other end.
    struct ends {
        handle client, server;
    };
    ends open(handle listener);
    handle listen(listen_options options = {});

    std::vector<news> take_news(auto& of, handle h) {
        std::vector<news> out;
        while (const auto e = of.poll_event())
            if (e->socket == h) out.push_back(e->what);
        return out;
    }

    std::size_t carry(bool from_client);

private:
    std::size_t carry(auto& from, auto& to, bool from_client) {
        std::array<tx_packet, 16> room;
        const std::size_t count = from.poll_transmit(now, room);
        for (std::size_t i = 0; i < count; ++i)
            each_sent(room[i], [&](octets packet, const datagram_segment& sent) {
                if (passes(from_client, sent.segment)) to.on_packet({.data = packet}, now);
            });
        return count;
    }
};

// Not in the class, where they would be inline: of the stacks that tests share (stacks.cpp) no other file has to
// compile these then, nor what they call.

template <class Client, class Server>
pair<Client, Server>::pair(const typename Client::settings& c, const typename Server::settings& s)
    : client(c), server(s) {}

template <class Client, class Server>
typename pair<Client, Server>::ends pair<Client, Server>::open(handle listener) {
    const auto c = client.connect({client_address, 0}, server_socket, now);
    REQUIRE(c);
    settle();
    const auto s = server.accept(listener, now);
    REQUIRE(s);
    return {*c, *s};
}

template <class Client, class Server>
void pair<Client, Server>::settle() {
    while (carry(true) + carry(false) > 0) {}
}

template <class Client, class Server>
void pair<Client, Server>::pass(duration d) {
    lab::pass(now, d, client, server, [&] { settle(); });
}

template <class Client, class Server>
handle pair<Client, Server>::listen(listen_options options) {
    const auto l = server.listen(server_socket, now, options);
    REQUIRE(l);
    return *l;
}

template <class Client, class Server>
std::size_t pair<Client, Server>::carry(bool from_client) {
    return from_client ? carry(client, server, true) : carry(server, client, false);
}

extern template struct pair<tcp<growable_buffers>>;

}  // namespace lab
