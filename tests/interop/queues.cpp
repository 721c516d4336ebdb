// SPDX-License-Identifier: MIT
// queues: echo servers on two queues of one TUN device, each a host of its own in a thread of its own, and clients of
// the kernel's. Every octet comes back, and both hosts have served. 77 without the right to a device.
#include <sluice/host/device.hpp>
#include <sluice/host/tcp_listener.hpp>
#include <sluice/io/tun.hpp>

#include <cstdio>
#include <thread>

#include <netinet/tcp.h>

#include <sluice/io/socket_name.hpp>

using namespace sluice;
using my_tcp = tcp<growable_buffers>;

namespace {

constexpr auto kernel = ip_address::v4(198, 18, 0, 1), own = ip_address::v4(198, 18, 0, 2);
constexpr std::size_t connections = 64;  // all of them on one queue: once in 2^63 runs

[[noreturn]] void end(int status, const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(status);
}

task<> echo(tcp_socket<my_tcp> peer) {
    std::array<octet, 8192> some;
    while (true) {
        const auto got = co_await peer.recv(some);
        if (got.value_or(0) == 0) co_return;
        const auto said = co_await peer.send(octets(some).first(*got));
        if (!said) co_return;
    }
}
task<> serve(host<my_tcp>& at) {
    tcp_listener listener(at);
    if (!listener.listen({.port = 7})) co_return;
    while (true) {
        auto peer = co_await listener.accept();
        if (!peer || !at.spawn(echo(*std::move(peer)))) co_return;
    }
}
task<> until_closed(io::watched& input, int number) {
    octet any;
    while (::read(number, &any, 1) < 0) co_await input.readable();
}

struct server {
    io::reactor reactor;
    std::optional<io::tun> link{};
    std::uint64_t accepted = 0;
    bool is_good = false;

    /// Until the other end of the pipe is closed.
    void run(int pipe) {
        auto input = io::watched::add(reactor, pipe);
        if (!input) return;
        host<my_tcp> at({.seed = io::random_seed()}, own);
        device loop(at, *link);
        is_good = at.spawn(serve(at)) && loop.block_on(until_closed(*input, pipe));
        accepted = at.stack().count().passive_opens;
    }
};

/// The client's: blocking, for a minute at most.
int connect_to_server() {
    const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const io::socket_name there(socket_address{own, 7});
    if (::connect(s, there.address(), there.length()) != 0) end(1, "FAILED: connect");
    return s;
}
void converse(int s, std::size_t number) {
    std::array<octet, 5000> said, heard{};
    for (std::size_t i = 0; i < said.size(); ++i) said[i] = static_cast<octet>(i * 7 + number);
    if (::send(s, said.data(), said.size(), 0) != static_cast<ssize_t>(said.size())) end(1, "FAILED: send");
    if (::recv(s, heard.data(), heard.size(), MSG_WAITALL) != static_cast<ssize_t>(heard.size()) || heard != said)
        end(1, "FAILED: what came back is not what was sent");
}

}  // namespace

int main() {
    std::array<std::optional<server>, 2> servers;
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) end(1, "no pipe");
    const io::tun_options wanted{.name = "queues0", .kernel_addresses = {{kernel, 24}}, .many_queues = true};
    for (auto& each : servers) {
        auto reactor = io::reactor::open();
        if (!reactor) end(77, reactor.why().text());
        each.emplace(server{*std::move(reactor)});
        auto link = &each == &servers[0] ? io::tun::open(wanted, each->reactor)
                                         : servers[0]->link->another_queue(each->reactor);
        if (!link) end(&each == &servers[0] ? 77 : 1, link.why().text());
        each->link.emplace(*std::move(link));
    }
    std::array<std::thread, 2> threads;
    for (std::size_t i = 0; i < 2; ++i) threads[i] = std::thread([&, i] { servers[i]->run(ends[0]); });
    std::array<int, connections> sockets;
    for (int& each : sockets) each = connect_to_server();
    for (int round = 0; round < 3; ++round)
        for (std::size_t i = 0; i < connections; ++i) converse(sockets[i], i);
    for (const int each : sockets) ::close(each);
    ::close(ends[1]);
    for (std::thread& each : threads) each.join();
    const auto [first, second] = std::pair(servers[0]->accepted, servers[1]->accepted);
    std::printf("%llu connections by the first queue, %llu by the second\n", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(second));
    const bool is_good = servers[0]->is_good && servers[1]->is_good;
    return is_good && first > 0 && second > 0 && first + second == connections ? 0 : 1;
}
