// SPDX-License-Identifier: MIT
// Two stacks, or a stack and what else drives like one, back to back in virtual time: whatever one sends arrives at the
// other at once, unless a test takes it on its way.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include <sluice/stack/stack.hpp>

namespace lab {

using namespace sluice;

inline constexpr ip_address client_address = ip_address::v4(198, 18, 0, 1), server_address = ip_address::v4(198, 18, 0, 2);
inline constexpr socket_address server_socket{server_address, 80};

template <class Client, class Server = Client>
struct pair {
    typename Client::stack client;
    typename Server::stack server;
    instant now{};
    /// Sees each packet before it arrives; false: it is lost.
    std::function<bool(bool from_client, const segment&)> passes = [](bool, const segment&) { return true; };

    explicit pair(const typename Client::settings& c = {}, const typename Server::settings& s = {})
        : client(c), server(s) {}

    /// Until nobody has anything to send.
    void settle() {
        while (carry(true) + carry(false) > 0) {}
    }

    /// Lets time pass, and everything that is due until then happen when it is due.
    void pass(duration d) {
        const instant end = now + d;
        settle();
        for (instant next; (next = std::min(client.next_deadline(), server.next_deadline())) <= end;) {
            REQUIRE(next >= now);
            now = next;
            if (client.next_deadline() <= now) client.on_deadline(now);
            if (server.next_deadline() <= now) server.on_deadline(now);
            CHECK_MESSAGE(client.next_deadline() > now, "a deadline has come, and stays");
            CHECK_MESSAGE(server.next_deadline() > now, "a deadline has come, and stays");
            settle();
        }
        now = end;
    }

    /// A client's connection and its other end.
    struct ends {
        handle client, server;
    };
    ends open(handle listener) {
        const auto c = client.connect({client_address, 0}, server_socket, now);
        REQUIRE(c);
        settle();
        const auto s = server.accept(listener, now);
        REQUIRE(s);
        return {*c, *s};
    }
    handle listen(listen_options options = {}) {
        const auto l = server.listen(server_socket, now, options);
        REQUIRE(l);
        return *l;
    }

    std::vector<news> take_news(auto& of, handle h) {
        std::vector<news> out;
        while (const auto e = of.poll_event())
            if (e->socket == h) out.push_back(e->what);
        return out;
    }

    std::size_t carry(bool from_client) {
        return from_client ? carry(client, server, true) : carry(server, client, false);
    }

private:
    std::size_t carry(auto& from, auto& to, bool from_client) {
        std::array<tx_packet, 16> room;
        const std::size_t count = from.poll_transmit(now, room);
        std::vector<std::vector<octet>> wire;
        for (std::size_t i = 0; i < count; ++i)
            split(room[i], [&](const tx_packet& p) {
                wire.emplace_back(p.length());
                write(p, wire.back());
            });
        for (const auto& packet : wire) {
            const auto parsed = parse_packet({.data = packet, .length = packet.size()});
            REQUIRE_MESSAGE(parsed, "a packet left that does not parse or has a wrong checksum");
            if (passes(from_client, parsed->segment)) to.on_packet({.data = packet, .length = packet.size()}, now);
        }
        return count;
    }
};

/// A segment of nobody's making, as octets.
inline std::vector<octet> forged(const socket_address& from, const socket_address& to, tcp_header header,
                                 const tcp_options& options = {}, octets text = {}) {
    tx_packet p;
    p.meta = {.source = from.address, .destination = to.address};
    header.source_port = from.port;
    header.destination_port = to.port;
    p.borrow(text);
    write_headers_with(p, header, options);
    std::vector<octet> out(p.length());
    write(p, out);
    return out;
}

}  // namespace lab
