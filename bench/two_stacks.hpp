// SPDX-License-Identifier: MIT
// Two stacks in one process, a client with 64 addresses and a server, and what every benchmark of many connections does
// with them: let packets pass until nobody has one, and open connections.
#pragma once

#include <optional>

#include <sluice/policy/buffers/growable_buffers.hpp>

#include "wire.hpp"

namespace bench {

template <class Tcp, format Format>
class two_stacks {
public:
    using stack = typename Tcp::stack;
    static constexpr std::uint32_t addresses = 64;
    static constexpr sluice::socket_address service{sluice::ip_address::v4(10, 0, 1, 1), 80};

    explicit two_stacks(const typename Tcp::settings& s) : client(s), server(s) {
        const auto listening = server.listen(service, now);
        require(bool(listening), "listen");
        listener = *listening;
    }

    /// From the next of the client's addresses, and from a port of the stack's choice.
    sluice::handle connect(std::uint64_t cookie) {
        const auto from = sluice::ip_address::v4(10, 0, 0, static_cast<sluice::octet>(next_++ % addresses));
        const auto connecting = client.connect({from, 0}, service, now, cookie);
        require(bool(connecting), "connect");
        return *connecting;
    }
    struct ends {
        sluice::handle client, server;
    };
    /// Both ends have the same cookie.
    ends open(std::uint64_t cookie) {
        const sluice::handle opening = connect(cookie);
        settle();
        const auto accepted = server.accept(listener, now, cookie);
        require(bool(accepted), "accept");
        settle();
        while (client.poll_event()) {}
        while (server.poll_event()) {}
        return {opening, *accepted};
    }

    /// Until nobody has anything to send, and nothing is due; how many packets that took.
    std::size_t settle() {
        std::size_t packets = 0;
        do {
            for (std::size_t count = 1; count > 0; packets += count)
                count = wire_.carry(client, server, now) + wire_.carry(server, client, now);
        } while (has_been_due(client) || has_been_due(server));
        return packets;
    }

    sluice::instant now{sluice::duration(std::chrono::seconds(1))};
    stack client, server;
    sluice::handle listener;

private:
    bool has_been_due(stack& s) {
        if (now < s.next_deadline()) return false;
        s.on_deadline(now);
        return true;
    }

    wire<Format, 1460> wire_;
    std::uint32_t next_ = 0;
};

}  // namespace bench
