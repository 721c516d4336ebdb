// SPDX-License-Identifier: MIT
// The gateway's check of itself, without rights and devices: a client on another host of sluice's, a cable between the
// two, and a server of this machine's kernel on the loopback, which echoes.
#pragma once

#include "gateway.hpp"

#include <sluice/io/system.hpp>

#include <deque>

namespace gateway {

/// One end of a cable: what is written here, whole, is read there.
class cable_end {
public:
    explicit cable_end(io::reactor& waits_in) : reactor_(waits_in) {}
    void join(cable_end& other) { other_ = &other; }

    instant now() const { return io::monotonic_now(); }
    link_capabilities capabilities() const { return {}; }
    std::size_t receive(std::span<rx_packet> room) {
        std::size_t count = 0;
        read_.clear();
        for (; count < room.size() && !here_.empty(); ++count) {
            read_.push_back(std::move(here_.front()));
            here_.pop_front();
            room[count] = {.data = read_.back(), .length = read_.back().size()};
        }
        return count;
    }
    std::size_t transmit(std::span<const tx_packet> packets) {
        for (const tx_packet& each : packets)
            form_.of(each, [&](octets whole) { other_->here_.emplace_back(whole.begin(), whole.end()); });
        return packets.size();
    }
    void wait(instant deadline) { reactor_.wait(here_.empty() ? deadline : instant::min()); }
    bool empty() const { return here_.empty(); }

private:
    io::reactor& reactor_;
    cable_end* other_ = nullptr;
    std::deque<std::vector<octet>> here_, read_;
    io::wire_form form_;
};

/// Echoes what one connection brings, and ends when it does.
inline task<> echo_once(io::reactor& reactor, int listener) {
    auto waits = io::watched::add(reactor, listener);
    if (!waits) co_return;
    io::descriptor peer;
    while (!(peer = io::descriptor(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC))))
        co_await waits->readable();
    auto watching = io::watched::add(reactor, peer.number());
    if (!watching) co_return;
    std::array<octet, 4096> some;
    ssize_t got;
    while ((got = ::recv(peer.number(), some.data(), some.size(), 0)) != 0) {
        if (got < 0) {
            if (!would_block(errno)) co_return;
            co_await watching->readable();
        }
        for (ssize_t sent = 0; sent < got;) {
            const ssize_t now = ::send(peer.number(), some.data() + sent, static_cast<std::size_t>(got - sent),
                                       MSG_NOSIGNAL);
            if (now >= 0) sent += now;
            else if (!would_block(errno)) co_return;
            else co_await watching->writable();
        }
    }
}

/// What came back is what was sent, and a port where nobody listens refuses.
template <class Tcp>
task<> check_itself(host<Tcp>& at, socket_address server, socket_address nobody, bool& is_good) {
    std::vector<octet> text(100'000), back;
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<octet>(i * i / 251);
    tcp_socket<Tcp> socket(at), refused(at);
    const auto refusal = co_await refused.connect(nobody);
    if (const auto done = co_await socket.connect(server); !done) co_return;
    const auto say = [&]() -> task<> {
        static_cast<void>(co_await socket.send(octets(text)));
        static_cast<void>(socket.shutdown());
    };
    const auto hear = [&]() -> task<> {
        std::array<octet, 4096> some;
        for (auto got = co_await socket.recv(some); got.value_or(0) > 0; got = co_await socket.recv(some))
            back.insert(back.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*got));
    };
    co_await when_all(say(), hear());
    is_good = refusal.error() == error::refused && back == text;
}

template <class Tcp>
int by_itself() {
    auto reactor = io::reactor::open();
    if (!reactor) return 1;
    const io::descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const io::socket_name any({ip_address::v4(127, 0, 0, 1), 0});
    for (const auto* each : {&listener, &taken})
        if (::bind(each->number(), any.address(), any.length()) != 0) return 1;
    if (::listen(listener.number(), 1) != 0) return 1;

    cable_end near(*reactor), far(*reactor);
    near.join(far);
    far.join(near);
    const machine_alias machine{ip_address::v4(198, 18, 0, 2)};
    service<Tcp, cable_end> between({.seed = io::random_seed()}, *reactor, far, machine);
    host<Tcp> client({.seed = io::random_seed()}, ip_address::v4(198, 18, 0, 1));
    device clients_loop(client, near);
    bool is_good = false;
    if (!between.start() || !client.spawn(echo_once(*reactor, listener.number())) ||
        !client.spawn(check_itself(client, {machine.address, io::socket_name::of_local(listener.number()).port},
                                   {machine.address, io::socket_name::of_local(taken.number()).port}, is_good)))
        return 1;
    const instant limit = after(io::monotonic_now(), 30s);
    while (client.has_programs() && io::monotonic_now() < limit) {
        clients_loop.turn();
        between.loop().turn();
        const instant next = std::min({clients_loop.next_deadline(), between.loop().next_deadline(), limit});
        if (client.has_programs() && near.empty() && far.empty()) reactor->wait(next);
    }
    std::printf("%llu carried, %llu refused: %s\n", static_cast<unsigned long long>(between.count().carried),
                static_cast<unsigned long long>(between.count().refused), is_good ? "as without it" : "not so");
    return is_good ? 0 : 1;
}

}  // namespace gateway
