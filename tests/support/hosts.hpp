// SPDX-License-Identifier: MIT
// Two hosts with programs, back to back in virtual time: whatever one sends arrives at the other at once, unless a test
// takes it on its way. Nothing here takes memory from the heap once it is set up.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <numeric>
#include <optional>
#include <vector>

#include <support/wire.hpp>

#include <sluice/host/sleep.hpp>
#include <sluice/host/tcp_listener.hpp>
#include <sluice/policy/buffers/growable_buffers.hpp>

namespace lab {

using namespace sluice;

inline constexpr ip_address client_v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 1}),
                            server_v6 = ip_address::v6({0xfd00, 0, 0, 0, 0, 0, 0, 2});
inline constexpr socket_address echo_port{server_address, 7};

using host_tcp = tcp<growable_buffers>;

template <class Tcp = host_tcp>
struct hosts {
    host<Tcp> client, server;
    instant now{};
    /// Sees each packet before it arrives; false: it is lost.
    std::function<bool(bool from_client, const segment&)> passes = [](bool, const segment&) { return true; };

    explicit hosts(const typename Tcp::settings& c = {}, const typename Tcp::settings& s = {});

    /// Until every program waits, and nobody has anything to send.
    void settle();

    void pass(duration d);

    /// Runs programs until they wait.
    void spawn(host<Tcp>& at, task<> program);

private:
    bool step(auto& from, auto& to, bool from_client) {
        bool is_busy = from.next_deadline() <= now;
        if (is_busy) from.on_deadline(now);
        for (tx_packet built; from.poll_transmit(now, {&built, 1}) == 1; is_busy = true)
            split(built, [&](const tx_packet& p) {
                std::array<octet, 2048> wire;
                const std::size_t length = write(p, wire);
                const octets packet = octets(wire).first(length);
                if (passes(from_client, checked(packet).segment)) to.on_packet({.data = packet}, now);
            });
        return is_busy;
    }
};

// Not in the class, where they would be inline: of the hosts that tests share (hosts.cpp) no other file has to
// compile these then, nor what they call.

template <class Tcp>
hosts<Tcp>::hosts(const typename Tcp::settings& c, const typename Tcp::settings& s)
    : client(c, {client_address, client_v6}), server(s, {server_address, server_v6}) {}

template <class Tcp>
void hosts<Tcp>::settle() {
    while (step(client, server, true) || step(server, client, false)) {}
}

template <class Tcp>
void hosts<Tcp>::pass(duration d) {
    lab::pass(now, d, client, server, [&] { settle(); });
    client.on_deadline(now);
    server.on_deadline(now);
    settle();
}

template <class Tcp>
void hosts<Tcp>::spawn(host<Tcp>& at, task<> program) {
    CHECK(at.spawn(std::move(program)));
    settle();
}

/// A connection whose ends a test holds itself.
template <class Tcp = host_tcp>
struct connected : hosts<Tcp> {
    tcp_listener<Tcp> listener{this->server};
    tcp_socket<Tcp> near{this->client}, far{};  // the client's end and the server's

    explicit connected(const typename Tcp::settings& c = {}, const typename Tcp::settings& s = {});

private:
    static task<> accept(connected& to);
    static task<> connect(connected& to);
};

template <class Tcp>
connected<Tcp>::connected(const typename Tcp::settings& c, const typename Tcp::settings& s) : hosts<Tcp>(c, s) {
    REQUIRE(listener.listen(echo_port));
    this->spawn(this->server, accept(*this));
    this->spawn(this->client, connect(*this));
    REQUIRE(near.connection() != nullptr);
    REQUIRE(far.connection() != nullptr);
    REQUIRE(near.connection()->state() == state::established);
}

template <class Tcp>
task<> connected<Tcp>::accept(connected& to) {
    auto got = co_await to.listener.accept();
    if (got) to.far = *std::move(got);
}

template <class Tcp>
task<> connected<Tcp>::connect(connected& to) {
    CHECK(co_await to.near.connect(echo_port));
}

extern template struct hosts<host_tcp>;
extern template struct connected<host_tcp>;

/// Awaits one call and keeps its answer.
template <class Answer>
task<> keep(auto operation, std::optional<Answer>& answer) {
    answer.emplace(co_await std::move(operation));
}
/// Its error, `would_block` as long as there is no answer.
task<> keep_error(auto operation, error& answer) {
    answer = error::would_block;
    const auto got = co_await std::move(operation);
    answer = got.error();
}
/// The same, for so long and no longer.
task<> keep_error(duration limit, auto operation, error& answer) {
    answer = error::would_block;
    const auto got = co_await with_timeout(std::move(operation), limit);
    answer = got.error();
}

/// Octet i is i + first.
inline std::vector<octet> message(std::size_t length, octet first = 1) {
    std::vector<octet> out(length);
    std::iota(out.begin(), out.end(), first);
    return out;
}

/// Reads to the end, or to an error.
template <class Tcp>
task<> read_all(tcp_socket<Tcp>& from, std::vector<octet>& to, error& how) {
    how = error::would_block;
    std::array<octet, 1000> some;
    while (true) {
        const auto got = co_await from.recv(some);
        if (got.value_or(0) == 0) {
            how = got.error();
            co_return;
        }
        to.insert(to.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*got));
    }
}

}  // namespace lab
