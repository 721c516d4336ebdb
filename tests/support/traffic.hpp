// SPDX-License-Identifier: MIT
//
// Two stacks that do whatever stacks can do, by chance: connections that are opened, talk, shut down, are let go or
// aborted on both sides, a channel that loses, and somebody who sends nonsense. What has to hold after each step is for
// the test to say.
#pragma once

#include <array>
#include <vector>

#include <support/pair.hpp>
#include <support/stack_bench.hpp>

namespace lab {

template <class Tcp>
class traffic {
public:
    explicit traffic(const typename Tcp::settings& s, std::uint64_t seed) : both(s, s), numbers_(seed) {
        both.now = instant(1s);
        both.passes = [this](bool, const segment&) { return !numbers_.happens(loses_); };
        listen();
    }

    pair<Tcp> both;
    std::vector<handle> at_client, at_server;
    std::optional<handle> listener;

    /// One call or segment, and what follows from it.
    void step() {
        switch (numbers_.below(14)) {
            case 0:
            case 1: connect(); break;
            case 2:
            case 3: accept(); break;
            case 4:
            case 5: send(both.client, at_client); break;
            case 6: send(both.server, at_server); break;
            case 7: receive(both.client, at_client), receive(both.server, at_server); break;
            case 8: end(both.client, at_client); break;
            case 9: end(both.server, at_server); break;
            case 10: nonsense(); break;
            case 11: loses_ = numbers_.below(3) == 0 ? 0 : static_cast<std::uint32_t>(numbers_.bits() >> 33); break;
            case 12:
                if (numbers_.below(20) == 0) restart_listener();
                break;
            case 13: time(); break;
        }
        while (both.client.poll_event()) {
        }
        while (both.server.poll_event()) {
        }
        both.settle();
    }

    /// All is let go, and nothing is lost any more; until nobody waits for anything.
    void finish() {
        loses_ = 0;
        for (const handle h : at_client) static_cast<void>(both.client.close(h, both.now));
        for (const handle h : at_server) static_cast<void>(both.server.close(h, both.now));
        if (listener) CHECK(both.server.close(*listener, both.now));
        both.settle();
        both.pass(24h);
    }

    seeded_random& numbers() { return numbers_; }

private:
    void listen() {
        const auto l = both.server.listen(server_socket, both.now, {.backlog = 4});
        listener = l ? std::optional(*l) : std::nullopt;
    }
    void restart_listener() {
        if (listener) CHECK(both.server.close(*listener, both.now));
        listen();
    }
    void connect() {
        if (const auto c = both.client.connect({client_address, 0}, server_socket, both.now)) at_client.push_back(*c);
    }
    void accept() {
        if (!listener) return listen();
        if (const auto c = both.server.accept(*listener, both.now)) at_server.push_back(*c);
    }
    handle any_of(const std::vector<handle>& of) { return of.empty() ? handle{} : of[numbers_.below(of.size())]; }
    void send(auto& stack, const std::vector<handle>& of) {
        static constexpr std::array<octet, 40000> text{};
        static_cast<void>(stack.send(any_of(of), octets(text).first(numbers_.below(text.size())), both.now));
    }
    void receive(auto& stack, const std::vector<handle>& of) {
        std::array<octet, 65536> into;
        for (const handle h : of)
            if (numbers_.below(2) == 0) static_cast<void>(stack.receive(h, into, both.now));
    }
    void end(auto& stack, std::vector<handle>& of) {
        if (of.empty()) return;
        const std::size_t i = numbers_.below(of.size());
        const std::uint64_t how = numbers_.below(8);
        if (how < 3) return static_cast<void>(stack.shutdown(of[i], both.now));
        static_cast<void>(how == 3 ? stack.abort(of[i], both.now) : stack.close(of[i], both.now));
        if (how == 3) static_cast<void>(stack.close(of[i], both.now));
        of.erase(of.begin() + static_cast<std::ptrdiff_t>(i));
    }
    /// From anybody, or as if from a client that is known.
    void nonsense() {
        shot s{.flags = tcp_flags(static_cast<std::uint16_t>(numbers_.below(64))),
               .sequence = seq(static_cast<std::uint32_t>(numbers_.bits())),
               .acknowledgment = seq(static_cast<std::uint32_t>(numbers_.bits()))};
        socket_address from{ip_address::v4(203, 0, 113, 1), static_cast<std::uint16_t>(1 + numbers_.below(30))};
        const auto* const known = both.client.look(any_of(at_client));
        if (known != nullptr && numbers_.below(2) == 0) from = known->local();
        const auto packet = on_wire(from, server_socket, s);
        both.server.on_packet({.data = packet}, both.now);
    }
    void time() {
        const instant next = std::min(both.client.next_deadline(), both.server.next_deadline());
        const duration most = numbers_.below(8) == 0 ? duration(20s) : duration(50ms);
        if (numbers_.below(3) > 0 || next == never)
            both.pass(duration(static_cast<std::int64_t>(numbers_.below(static_cast<std::uint64_t>(most.count())))));
        else if (next > both.now)
            both.pass(next - both.now);
    }

    seeded_random numbers_;
    std::uint32_t loses_ = 0;
};

/// Nothing is left of anybody.
void check_nothing_left(auto& stack) {
    const auto& t = stack.variables();
    CHECK(t.sockets.size() == (t.unfolded == no_index ? 0u : 1u));
    CHECK(t.half_opens.size() == 0);
    CHECK(t.time_waits.size() == 0);
    CHECK(t.listeners.size() == 0);
    CHECK(t.by_address.size() == 0);
    CHECK(stack.next_deadline() == never);
    CHECK(stack.surroundings().pool.in_use() == 0);
}

}  // namespace lab
